-- R04-care-setting: med_type begins with none of med_types
WITH bad AS (
  SELECT kn, m::med_type_code AS med_type
  FROM krow, (SELECT unnest(enum_range(NULL::med_type_code)) AS m)
  WHERE med_types IS NOT NULL AND NOT begins_with_one(m, med_types))
INSERT INTO found_line
  SELECT 'R04', l.rowid, fen(l.scope)
  FROM line l JOIN bad USING (kn, med_type)
  WHERE l.is_net AND l.scope > 0;
