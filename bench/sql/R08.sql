-- R08-arithmetic: claims as sent, refund lines too
-- (products in 64 bits where they fit)
WITH line_off AS (
  SELECT rowid AS l, c FROM line
  WHERE CASE WHEN abs(sent_cnt) < 10000 AND pric < 10000 THEN abs(round(sent_cnt * pric, 2) - sent_det) > 0.01
             ELSE abs(round(CAST(sent_cnt AS DECIMAL(38, 4)) * pric, 2) - sent_det) > 0.01 END),
total AS (
  SELECT c, sum(sent_det) AS det FROM line GROUP BY c),
claim_off AS (
  SELECT c FROM claim WHERE fund > medfee
  UNION SELECT c FROM line_off
  UNION SELECT c.c FROM claim c JOIN total t USING (c) WHERE abs(t.det - c.medfee) > 0.01)
INSERT INTO found
  SELECT 'R08', 'institution', any_value(i.code), '', [c], coalesce(list(o.l) FILTER (o.l IS NOT NULL), []), 0
  FROM claim_off JOIN claim c USING (c) JOIN inst i USING (inst) LEFT JOIN line_off o USING (c)
  GROUP BY c;
