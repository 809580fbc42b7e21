-- S13-window-frequency: runs of windows with more than max_per_window; window_days and max_per_window are those
-- of the row in force on the window's last line, so each window ends on a day of lines
CREATE TEMP TABLE s13_group AS
  WITH limited AS (
    SELECT p.item, min(k.max_per_window) AS least_max FROM item_period p JOIN krow k USING (kn)
    WHERE k.max_per_window IS NOT NULL AND k.window_days > 0 GROUP BY p.item)
  SELECT g.person, g.item
  FROM (SELECT person, item, sum(cnt) AS total FROM line
        WHERE is_net AND item IN (SELECT item FROM limited) GROUP BY person, item) g
  JOIN limited m USING (item)
  WHERE g.total > m.least_max;
WITH event AS (
  SELECT l.rowid AS l, l.c, l.person, l.item, l.inst, l.day, l.fee_time, l.sn, l.kn, l.cnt, l.scope
  FROM line l SEMI JOIN s13_group g ON g.person = l.person AND g.item = l.item
  WHERE l.is_net),
day_total AS (
  SELECT e.person, e.item, e.day, any_value(k.window_days) AS window_days, any_value(k.max_per_window) AS most, sum(e.cnt) AS cnt
  FROM event e LEFT JOIN krow k ON k.kn = e.kn AND k.max_per_window IS NOT NULL AND k.window_days > 0
  GROUP BY e.person, e.item, e.day),
win AS (
  SELECT person, item, day AS hi, min(day) OVER w AS lo
  FROM day_total
  WINDOW w AS (PARTITION BY person, item ORDER BY day RANGE BETWEEN coalesce(window_days, 1) - 1 PRECEDING AND CURRENT ROW)
  QUALIFY sum(cnt) OVER w > most),
step AS (
  SELECT *, lo > max(hi) OVER (PARTITION BY person, item ORDER BY lo, hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS fresh
  FROM win),
run AS (
  SELECT person, item, min(lo) AS lo, max(hi) AS hi
  FROM (SELECT *, count(*) FILTER (fresh) OVER (PARTITION BY person, item ORDER BY lo, hi ROWS UNBOUNDED PRECEDING) AS run FROM step)
  GROUP BY person, item, run),
hit AS (
  SELECT e.person, e.item, r.lo, list(DISTINCT e.c) AS claims, list(e.l) AS lines, sum(e.cnt) AS cnt, sum(e.scope) AS scope,
         max(e.day) - min(e.day) + 1 AS days, arg_max(struct_pack(inst := e.inst, kn := e.kn), struct_pack(fee_time := e.fee_time, c := e.c, sn := e.sn)) AS last
  FROM event e JOIN run r ON r.person = e.person AND r.item = e.item AND e.day BETWEEN r.lo AND r.hi
  GROUP BY e.person, e.item, r.lo),
excess AS (
  SELECT h.*, h.cnt - k.max_per_window * ((h.days + k.window_days - 1) // k.window_days) AS over
  FROM hit h JOIN krow k ON k.kn = h.last.kn)
INSERT INTO found
  SELECT 'S13', 'institution', i.code, t.code, e.claims, e.lines,
         CASE WHEN e.over > 0 THEN share(e.scope, e.over, e.cnt) ELSE 0 END
  FROM excess e JOIN inst i ON i.inst = e.last.inst JOIN item t ON t.item = e.item;
DROP TABLE s13_group;
