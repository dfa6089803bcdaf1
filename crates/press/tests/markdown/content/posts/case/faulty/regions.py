# #region empty

# #endregion
x = 1
# #region twice
# #endregion
# #region twice
# #endregion
# #endregion
