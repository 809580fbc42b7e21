-- S01-duplicate-charge: the same charge of a person in two settlements.
-- First by a 64-bit hash of the key over all lines, then exactly over what is left.
CREATE TEMP TABLE s01_suspect AS
  SELECT h FROM (SELECT hash(person, inst, item, fee_time, cnt, pric) AS h, c FROM line WHERE is_net)
  GROUP BY h HAVING min(c) <> max(c);
WITH hit AS (
  SELECT rowid AS l, c, person, inst, item, fee_time, cnt, pric, scope,
         min(c) OVER same AS first_c, max(c) OVER same AS last_c
  FROM line
  WHERE is_net AND hash(person, inst, item, fee_time, cnt, pric) IN (SELECT h FROM s01_suspect)
  WINDOW same AS (PARTITION BY person, inst, item, fee_time, cnt, pric))
INSERT INTO found
  SELECT 'S01', 'institution', any_value(i.code),
         concat_ws('|', any_value(t.code), strftime(fee_time, '%Y-%m-%d %H:%M:%S'), shortest(cnt), shortest(pric)),
         list(DISTINCT c), list(l), fen(sum(scope) FILTER (c <> first_c))
  FROM hit JOIN inst i USING (inst) JOIN item t USING (item)
  WHERE first_c <> last_c
  GROUP BY person, inst, item, fee_time, cnt, pric;
DROP TABLE s01_suspect;
