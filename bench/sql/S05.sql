-- S05-overlapping-stays: two institutions, more than 12 hours together
INSERT INTO found
  SELECT 'S05', 'institution', i.code, '', [a.c, b.c], [], fen(least(a.fund, b.fund))
  FROM stay a JOIN stay b ON a.person = b.person AND a.stay_no < b.stay_no AND b.begntime < a.endtime
  JOIN inst i ON i.inst = b.inst
  WHERE a.inst <> b.inst
    AND epoch_ms(least(a.endtime, b.endtime)) - epoch_ms(b.begntime) > 12 * 3600 * 1000;
