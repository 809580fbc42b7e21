-- S14-impossible-travel: neighbours in claim order, at least 30 km apart, faster than 120 km/h
WITH visit AS (
  SELECT c.c, c.inst, c.setl_time, c.fund, lag(c.c) OVER w AS prev_c, lag(c.inst) OVER w AS prev_inst,
         lag(c.setl_time) OVER w AS prev_time, lag(c.fund) OVER w AS prev_fund
  FROM claim c
  WHERE c.kind IN ('outpatient', 'emergency')
    AND c.inst IN (SELECT inst FROM inst WHERE lat IS NOT NULL AND lon IS NOT NULL)
  WINDOW w AS (PARTITION BY c.person ORDER BY c.c)),
trip AS (
  SELECT v.*, b.code,
         2 * 6371 * asin(sqrt(least(1, power(sin((b.lat - a.lat) / 2), 2)
                                        + cos(a.lat) * cos(b.lat) * power(sin((b.lon - a.lon) / 2), 2)))) AS km
  FROM visit v JOIN inst a ON a.inst = v.prev_inst JOIN inst b ON b.inst = v.inst
  WHERE v.inst <> v.prev_inst AND v.setl_time - v.prev_time < INTERVAL 8 DAY)  -- half the earth takes 7 days
INSERT INTO found
  SELECT 'S14', 'institution', code, '', [prev_c, c], [], fen(least(fund, prev_fund))
  FROM trip
  WHERE km >= 30 AND (epoch_ms(setl_time) - epoch_ms(prev_time)) / 1000 < km / 120 * 3600;
