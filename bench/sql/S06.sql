-- S06-outpatient-in-stay: lines strictly inside some stay of the person
WITH hit AS (
  SELECT l.rowid AS l, l.c, l.scope, s.c AS stay_c, s.stay_no, s.inst
  FROM line l JOIN stay s ON s.person = l.person AND l.day > s.begin_day AND l.day < s.end_day
  WHERE l.is_net AND l.kind IN ('outpatient', 'pharmacy') AND NOT l.etip AND s.end_day - s.begin_day > 1),
per_line AS (
  SELECT c, l, any_value(scope) AS scope, list(stay_c) AS stays, min(stay_no) AS stay_no, arg_min(inst, stay_no) AS inst
  FROM hit GROUP BY c, l)
INSERT INTO found
  SELECT 'S06', 'institution', i.code, '', claims, lines, fen
  FROM (SELECT list_distinct(list_append(flatten(list(stays)), c)) AS claims, list(l) AS lines,
               fen(sum(scope)) AS fen, arg_min(inst, stay_no) AS inst
        FROM per_line GROUP BY c)
  JOIN inst i USING (inst);
