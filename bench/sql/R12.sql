-- R12-insurance-type: insutype begins with none of insutypes
WITH bad AS (
  SELECT kn, m::insutype_code AS insutype
  FROM krow, (SELECT unnest(enum_range(NULL::insutype_code)) AS m)
  WHERE insutypes IS NOT NULL AND NOT begins_with_one(m, insutypes))
INSERT INTO found_line
  SELECT 'R12', l.rowid, fen(l.scope)
  FROM line l JOIN bad USING (kn, insutype)
  WHERE l.is_net AND l.scope > 0;
