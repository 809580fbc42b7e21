-- R14-department: bilg_dept_codg given and begins with none of depts
WITH asked AS (
  SELECT kn, depts FROM krow WHERE depts IS NOT NULL),
bad AS (
  SELECT a.kn, d.dept
  FROM (SELECT DISTINCT l.kn, l.dept FROM line l SEMI JOIN asked USING (kn) WHERE l.dept IS NOT NULL) d
  JOIN asked a USING (kn)
  WHERE NOT begins_with_one(d.dept, a.depts))
INSERT INTO found_line
  SELECT 'R14', l.rowid, fen(l.scope)
  FROM line l JOIN bad USING (kn, dept)
  WHERE l.is_net AND l.scope > 0;
