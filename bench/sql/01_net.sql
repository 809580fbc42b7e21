-- Refund lines reduce the lines they name; returns take no further part. (Refund settlements and the
-- claims they name never came in: 00_load.sql.)

CREATE TEMP TABLE refund_line AS
  SELECT l.rowid AS l, l.c, l.init_sn, l.cnt, l.sent_det AS det, l.scope, c.mdtrt_id
  FROM line l JOIN claim c USING (c)
  WHERE l.sent_cnt < 0;

-- a return: has lines, all of them with negative cnt
DELETE FROM claim
  WHERE c IN (SELECT c FROM refund_line
              EXCEPT SELECT c FROM line WHERE sent_cnt > 0 AND c IN (SELECT c FROM refund_line));

-- lines with positive cnt that could be meant: of the own claim, else of the first claim of the visit in claim order
CREATE TEMP TABLE refund AS
  WITH visit_claim AS (
    SELECT c.c, c.mdtrt_id FROM claim c SEMI JOIN refund_line r ON r.mdtrt_id = c.mdtrt_id AND r.init_sn IS NOT NULL),
  candidate AS (
    SELECT l.rowid AS l, l.c, l.sn, v.mdtrt_id FROM line l JOIN visit_claim v USING (c) WHERE l.sent_cnt > 0),
  target AS (
    SELECT r.l AS refund_l, arg_min(y.l, CASE WHEN y.c = r.c THEN -1 ELSE y.c END) AS l
    FROM refund_line r JOIN candidate y ON y.mdtrt_id = r.mdtrt_id AND y.sn = r.init_sn
    GROUP BY r.l)
  SELECT t.l, sum(r.cnt) AS cnt, sum(r.scope) AS scope, sum(r.det) AS det
  FROM target t JOIN refund_line r ON r.l = t.refund_l
  GROUP BY t.l;

UPDATE line
  SET cnt = line.cnt + r.cnt,
      scope = line.scope + CASE WHEN line.scope_given THEN r.scope ELSE r.det END,
      is_net = line.cnt + r.cnt > 0
  FROM refund r WHERE line.rowid = r.l;

-- stays with their place in stay order
CREATE TEMP TABLE stay AS
  SELECT CAST(row_number() OVER (ORDER BY begntime, setl_id, fixmedins_code) AS INTEGER) AS stay_no,
         c, person, inst, begntime, endtime, day_of(begntime) AS begin_day, day_of(endtime) AS end_day, main_diag, fund
  FROM claim WHERE kind = 'stay';

-- diagnoses of the claims: main diagnosis, and all that are not Chinese medicine
CREATE TEMP TABLE claim_diag AS
  SELECT c, main_diag AS diag FROM claim WHERE main_diag IS NOT NULL
  UNION ALL
  SELECT c.c, d.diag_code
  FROM diagnoses d JOIN claim c ON c.fixmedins_code = d.fixmedins_code AND c.setl_id = d.setl_id
  WHERE d.diag_code <> '' AND coalesce(d.diag_type, '') NOT IN ('2', '3');

-- what the detectors write: findings that rest on one line, and all others
CREATE TEMP TABLE found_line (detector VARCHAR, l BIGINT, fen HUGEINT);
CREATE TEMP TABLE found (detector VARCHAR, subject_kind VARCHAR, subject_code VARCHAR, key VARCHAR,
                         claims INTEGER[], lines BIGINT[], fen HUGEINT);
