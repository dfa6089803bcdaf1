-- #region open
SELECT 1;
