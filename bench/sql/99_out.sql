-- Findings with their evidence in words, identities and days; {out} is filled in by main.go.
CREATE TEMP TABLE detector (detector VARCHAR, name VARCHAR, grade VARCHAR, stay_days BOOLEAN);
INSERT INTO detector VALUES
  ('R01', 'R01-price-over-cap', 'violation', false), ('R02', 'R02-sex-restricted', 'suspicious', false),
  ('R03', 'R03-age-restricted', 'suspicious', false), ('R04', 'R04-care-setting', 'violation', false),
  ('R05', 'R05-institution-level', 'violation', false), ('R06', 'R06-indication', 'suspicious', false),
  ('R07', 'R07-out-of-scope', 'violation', false), ('R08', 'R08-arithmetic', 'indicator', false),
  ('R09', 'R09-outside-stay', 'violation', false), ('R10', 'R10-after-death', 'violation', false),
  ('R11', 'R11-suspended-party', 'violation', false), ('R12', 'R12-insurance-type', 'violation', false),
  ('R13', 'R13-diagnosis-sex-age', 'suspicious', false), ('R14', 'R14-department', 'violation', false),
  ('S01', 'S01-duplicate-charge', 'violation', false), ('S02', 'S02-exclusive-items', 'violation', false),
  ('S03', 'S03-daily-frequency', 'violation', false), ('S04', 'S04-stay-frequency', 'violation', false),
  ('S05', 'S05-overlapping-stays', 'suspicious', true), ('S06', 'S06-outpatient-in-stay', 'suspicious', false),
  ('S07', 'S07-split-stay', 'suspicious', true), ('S08', 'S08-frequent-stays', 'indicator', true),
  ('S09', 'S09-bed-days', 'violation', false), ('S10', 'S10-drug-hoarding', 'suspicious', false),
  ('S11', 'S11-oversupply', 'suspicious', false), ('S12', 'S12-max-days', 'violation', false),
  ('S13', 'S13-window-frequency', 'violation', false), ('S14', 'S14-impossible-travel', 'suspicious', false),
  ('S15', 'S15-once-in-life', 'suspicious', false), ('S16', 'S16-repeat-benefit', 'violation', false),
  ('T01', 'T01-trace-reused', 'suspicious', false);

COPY (
WITH f AS (
  SELECT rowid AS f, * FROM found),
of_claims AS (
  SELECT e.f, list_sort(list(c.fixmedins_code || '/' || c.setl_id)) AS settlements,
         CASE WHEN min(c.person) = max(c.person) THEN min(c.person) END AS person,
         CASE WHEN min(c.inst) = max(c.inst) THEN min(c.inst) END AS inst,
         min(c.setl_day) AS first_setl, max(c.setl_day) AS last_setl,
         min(c.begntime) AS first_begin, max(c.endtime) AS last_end
  FROM (SELECT f, unnest(claims) AS c FROM f) e JOIN claim c ON c.c = e.c
  GROUP BY e.f),
-- (materialized: the lines of the evidence first, then their claims)
evidence_line AS MATERIALIZED (
  SELECT e.f, l.c, l.sn, l.dr, l.day FROM (SELECT f, unnest(lines) AS l FROM f) e JOIN line l ON l.rowid = e.l),
single_line AS MATERIALIZED (
  SELECT f.detector, f.fen, l.c, l.sn, l.dr, l.day FROM found_line f JOIN line l ON l.rowid = f.l),
of_lines AS (
  SELECT l.f, list_sort(list(c.fixmedins_code || '/' || c.setl_id || '/' || l.sn)) AS lines,
         CASE WHEN min(l.dr) = max(l.dr) AND count(l.dr) = count(*) THEN min(l.dr) ELSE '' END AS practitioner,
         min(l.day) AS first_fee, max(l.day) AS last_fee
  FROM evidence_line l JOIN claim c USING (c)
  GROUP BY l.f),
finding AS (
  -- one line: the line and its claim
  SELECT l.detector, 'institution' AS subject_kind, c.fixmedins_code AS subject_code, '' AS key,
         p.psn_no AS person, c.fixmedins_code AS institution, coalesce(l.dr, '') AS practitioner,
         c.fixmedins_code || '/' || c.setl_id AS settlements,
         c.fixmedins_code || '/' || c.setl_id || '/' || l.sn AS lines,
         settlements || chr(10) || lines AS evidence,
         l.day AS from_day, l.day AS to_day, l.fen
  FROM single_line l JOIN claim c USING (c) JOIN person p USING (person)
  UNION ALL
  SELECT f.detector, f.subject_kind, f.subject_code, f.key, coalesce(p.psn_no, ''), coalesce(i.code, ''),
         coalesce(l.practitioner, ''), array_to_string(c.settlements, '|'), coalesce(array_to_string(l.lines, '|'), ''),
         array_to_string(list_concat(c.settlements, l.lines), chr(10)),
         CASE WHEN d.stay_days THEN day_of(c.first_begin) ELSE coalesce(l.first_fee, c.first_setl) END,
         CASE WHEN d.stay_days THEN day_of(c.last_end) ELSE coalesce(l.last_fee, c.last_setl) END, f.fen
  FROM f JOIN detector d USING (detector) JOIN of_claims c USING (f) LEFT JOIN of_lines l USING (f)
  LEFT JOIN person p ON p.person = c.person LEFT JOIN inst i ON i.inst = c.inst)
SELECT f.detector || '-' || left(sha256(concat_ws(chr(10), d.name, f.subject_kind, f.subject_code, f.key, f.evidence)), 16) AS id,
       d.name AS detector, '1' AS version, '' AS region, d.grade, f.subject_kind, f.subject_code, f.key,
       f.person, f.institution, f.practitioner, f.settlements, f.lines,
       CAST(DATE '1970-01-01' + f.from_day AS VARCHAR) AS "from", CAST(DATE '1970-01-01' + f.to_day AS VARCHAR) AS "to",
       CAST(f.fen AS DECIMAL(38, 0)) AS amount_fen
FROM finding f JOIN detector d USING (detector)
) TO '{out}' (FORMAT parquet);
