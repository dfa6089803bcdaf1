-- #region audit
CREATE TABLE audit (id bigint PRIMARY KEY);
-- #endregion
