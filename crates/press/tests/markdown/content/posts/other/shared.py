# #region one
print("shared")
# #endregion
