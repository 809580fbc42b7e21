-- Settlements, lines, diagnoses and the knowledge folder, read once and typed.
-- {in} and the {…_csv} names are filled in by main.go ({…_csv}: a headerless dummy where the file is missing).
--
-- Conventions of all files: c = number of a claim in claim order (setl_time, fixmedins_code, setl_id),
-- l = rowid of a row of table line; kn = row of items.csv, person, inst, item = dense numbers,
-- days are whole numbers since 1970-01-01; money, quantities, prices stay exact decimals.

-- ---------------------------------------------------------------- arithmetic
CREATE TEMP MACRO day_of(t) AS CAST(CAST(t AS DATE) - DATE '1970-01-01' AS INTEGER);
CREATE TEMP MACRO fen(yuan) AS CAST(CAST(yuan AS DECIMAL(38, 2)) * 100 AS HUGEINT);
CREATE TEMP MACRO ten_thousandths(q) AS CAST(CAST(q AS DECIMAL(38, 4)) * 10000 AS HUGEINT);
-- a / b rounded half away from zero, b > 0
CREATE TEMP MACRO div_round(a, b) AS
  CASE WHEN a >= 0 THEN (2 * a + b) // (2 * b) ELSE -((b - 2 * a) // (2 * b)) END;
-- share of a money sum: money x part / whole, in fen
CREATE TEMP MACRO share(money, part, whole) AS
  div_round(fen(money) * ten_thousandths(part), ten_thousandths(whole));
CREATE TEMP MACRO shortest(n) AS rtrim(rtrim(CAST(n AS VARCHAR), '0'), '.');
CREATE TEMP MACRO filled(s) AS nullif(trim(s), '');
CREATE TEMP MACRO entries(s) AS
  nullif(list_filter(list_transform(string_split(s, '|'), lambda x: trim(x)), lambda x: x <> ''), []);
CREATE TEMP MACRO begins_with_one(code, list) AS
  list_bool_or(list_transform(list, lambda x: starts_with(code, x)));

-- ---------------------------------------------------------------- knowledge
CREATE TEMP MACRO csv(file) AS TABLE
  SELECT * FROM read_csv(file, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"',
                         null_padding = true, parallel = false, sample_size = -1);

CREATE TEMP TABLE krow AS
  WITH shape AS (
    SELECT * FROM (SELECT NULL::VARCHAR AS med_list_codg, NULL::VARCHAR AS kind, NULL::VARCHAR AS valid_from,
                          NULL::VARCHAR AS valid_to, NULL::VARCHAR AS scope, NULL::VARCHAR AS price_cap,
                          NULL::VARCHAR AS price_cap_lv1, NULL::VARCHAR AS price_cap_lv2, NULL::VARCHAR AS price_cap_lv3,
                          NULL::VARCHAR AS gend, NULL::VARCHAR AS age_min_days, NULL::VARCHAR AS age_max_days,
                          NULL::VARCHAR AS med_types, NULL::VARCHAR AS insutypes, NULL::VARCHAR AS hosp_lv_min,
                          NULL::VARCHAR AS depts, NULL::VARCHAR AS diag_prefixes, NULL::VARCHAR AS max_per_day,
                          NULL::VARCHAR AS max_per_stay, NULL::VARCHAR AS max_days, NULL::VARCHAR AS window_days,
                          NULL::VARCHAR AS max_per_window, NULL::VARCHAR AS per_day, NULL::VARCHAR AS once_in_life)
    WHERE false
    UNION ALL BY NAME SELECT * FROM csv('{items_csv}'))
  SELECT CAST(row_number() OVER () AS INTEGER) AS kn,
         filled(med_list_codg) AS code,
         filled(kind) AS kind,
         coalesce(day_of(filled(valid_from)), -2000000) AS valid_from,
         coalesce(day_of(filled(valid_to)), 8000000) AS valid_to,
         filled(scope) AS scope,
         CAST(filled(price_cap) AS DECIMAL(16, 6)) AS price_cap,
         CAST(filled(price_cap_lv1) AS DECIMAL(16, 6)) AS price_cap_lv1,
         CAST(filled(price_cap_lv2) AS DECIMAL(16, 6)) AS price_cap_lv2,
         CAST(filled(price_cap_lv3) AS DECIMAL(16, 6)) AS price_cap_lv3,
         CAST(filled(gend) AS UTINYINT) AS gend,
         CAST(filled(age_min_days) AS INTEGER) AS age_min_days,
         CAST(filled(age_max_days) AS INTEGER) AS age_max_days,
         entries(med_types) AS med_types,
         entries(insutypes) AS insutypes,
         CAST(filled(hosp_lv_min) AS UTINYINT) AS hosp_lv_min,
         entries(depts) AS depts,
         entries(diag_prefixes) AS diag_prefixes,
         CAST(filled(max_per_day) AS DECIMAL(16, 4)) AS max_per_day,
         CAST(filled(max_per_stay) AS DECIMAL(16, 4)) AS max_per_stay,
         CAST(filled(max_days) AS DECIMAL(16, 4)) AS max_days,
         CAST(filled(window_days) AS INTEGER) AS window_days,
         CAST(filled(max_per_window) AS DECIMAL(16, 4)) AS max_per_window,
         coalesce(CAST(filled(per_day) AS INTEGER), 0) = 1 AS per_day,
         coalesce(CAST(filled(once_in_life) AS INTEGER), 0) = 1 AS once_in_life
  FROM shape;

CREATE TEMP TABLE k_pair AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS pair, filled(item_a) AS item_a, filled(item_b) AS item_b,
         filled(span) AS span, filled(not_payable) AS not_payable
  FROM (SELECT * FROM (SELECT NULL::VARCHAR AS item_a, NULL::VARCHAR AS item_b, NULL::VARCHAR AS span, NULL::VARCHAR AS not_payable)
        WHERE false
        UNION ALL BY NAME SELECT * FROM csv('{exclusive_pairs_csv}'));

CREATE TEMP TABLE k_diagnosis AS
  SELECT filled(diag_prefix) AS prefix, CAST(filled(gend) AS UTINYINT) AS gend,
         CAST(filled(age_min_days) AS INTEGER) AS age_min_days, CAST(filled(age_max_days) AS INTEGER) AS age_max_days
  FROM (SELECT * FROM (SELECT NULL::VARCHAR AS diag_prefix, NULL::VARCHAR AS gend, NULL::VARCHAR AS age_min_days,
                              NULL::VARCHAR AS age_max_days)
        WHERE false
        UNION ALL BY NAME SELECT * FROM csv('{diagnoses_csv}'));

CREATE TEMP TABLE k_institution AS
  SELECT filled(fixmedins_code) AS code, CAST(filled(hosp_lv) AS UTINYINT) AS hosp_lv,
         CAST(filled(lon) AS DOUBLE) AS lon, CAST(filled(lat) AS DOUBLE) AS lat
  FROM (SELECT * FROM (SELECT NULL::VARCHAR AS fixmedins_code, NULL::VARCHAR AS hosp_lv, NULL::VARCHAR AS lon, NULL::VARCHAR AS lat)
        WHERE false
        UNION ALL BY NAME SELECT * FROM csv('{institutions_csv}'));

CREATE TEMP TABLE k_death AS
  SELECT filled(psn_no) AS psn_no, day_of(filled(death_date)) AS death_day
  FROM (SELECT * FROM (SELECT NULL::VARCHAR AS psn_no, NULL::VARCHAR AS death_date)
        WHERE false
        UNION ALL BY NAME SELECT * FROM csv('{persons_csv}'))
  WHERE filled(death_date) IS NOT NULL;

CREATE TEMP TABLE k_suspension AS
  SELECT filled(subject_kind) AS kind, filled(code) AS code,
         coalesce(day_of(filled("from")), -2000000) AS from_day, coalesce(day_of(filled("to")), 8000000) AS to_day
  FROM (SELECT * FROM (SELECT NULL::VARCHAR AS subject_kind, NULL::VARCHAR AS code, NULL::VARCHAR AS "from", NULL::VARCHAR AS "to")
        WHERE false
        UNION ALL BY NAME SELECT * FROM csv('{suspensions_csv}'));

-- versions of an item cut into periods that do not overlap: on each, the row in force
-- (the later valid_from, then the later row)
CREATE TEMP TABLE k_period AS
  WITH edge AS (
    SELECT code, valid_from AS day FROM krow
    UNION SELECT code, valid_to + 1 FROM krow WHERE valid_to < 8000000),
  piece AS (
    SELECT code, day AS from_day, lead(day, 1, 8000001) OVER (PARTITION BY code ORDER BY day) - 1 AS to_day FROM edge)
  SELECT p.code, p.from_day, p.to_day, k.kn
  FROM piece p JOIN krow k ON k.code = p.code AND p.from_day BETWEEN k.valid_from AND k.valid_to
  QUALIFY row_number() OVER (PARTITION BY p.code, p.from_day ORDER BY k.valid_from DESC, k.kn DESC) = 1;

-- ---------------------------------------------------------------- claims
CREATE TEMP VIEW settlements AS FROM read_parquet('{in}/settlements.parquet');
CREATE TEMP VIEW lines AS FROM read_parquet('{in}/lines.parquet');
CREATE TEMP VIEW diagnoses AS FROM read_parquet('{in}/diagnoses.parquet');

CREATE TYPE claim_kind AS ENUM ('stay', 'emergency', 'pharmacy', 'outpatient');
CREATE TYPE med_type_code AS ENUM (SELECT DISTINCT med_type FROM settlements);
CREATE TYPE insutype_code AS ENUM (SELECT DISTINCT insutype FROM settlements);

CREATE TEMP TABLE inst AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS inst, s.code, coalesce(k.hosp_lv, 0) AS hosp_lv,
         radians(k.lat) AS lat, radians(k.lon) AS lon
  FROM (SELECT DISTINCT fixmedins_code AS code FROM settlements) s LEFT JOIN k_institution k USING (code);

CREATE TEMP TABLE person AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS person, psn_no
  FROM (SELECT DISTINCT psn_no FROM settlements);

-- claims that are no refund settlement and not named by one, numbered in claim order
CREATE TEMP TABLE claim_sorted AS
  SELECT p.person, i.inst, s.fixmedins_code, s.setl_id, s.mdtrt_id,
         CAST(s.setl_time AS TIMESTAMP) AS setl_time, day_of(s.setl_time) AS setl_day,
         CAST(CASE WHEN left(s.med_type, 2) IN ('21', '22', '23', '24', '52') THEN 'stay'
                   WHEN left(s.med_type, 2) = '13' THEN 'emergency'
                   WHEN left(s.med_type, 2) = '41' THEN 'pharmacy'
                   ELSE 'outpatient' END AS claim_kind) AS kind,
         CAST(s.med_type AS med_type_code) AS med_type, CAST(s.insutype AS insutype_code) AS insutype,
         CAST(s.gend AS UTINYINT) AS gend, day_of(s.brdy) AS birth_day,
         CAST(s.begntime AS TIMESTAMP) AS begntime, CAST(s.endtime AS TIMESTAMP) AS endtime,
         nullif(s.dscg_maindiag_code, '') AS main_diag, nullif(s.bill_no, '') AS bill_no,
         CAST(s.medfee_sumamt AS DECIMAL(16, 2)) AS medfee, CAST(s.fund_pay_sumamt AS DECIMAL(16, 2)) AS fund,
         i.hosp_lv
  FROM settlements s JOIN person p USING (psn_no) JOIN inst i ON i.code = s.fixmedins_code
  WHERE coalesce(s.refd_setl_flag, '') <> '1'
    AND NOT EXISTS (SELECT 1 FROM settlements r WHERE r.refd_setl_flag = '1'
                    AND r.fixmedins_code = s.fixmedins_code AND r.init_setl_id = s.setl_id)
  ORDER BY s.setl_time, s.fixmedins_code, s.setl_id;
CREATE TEMP TABLE claim AS SELECT CAST(rowid AS INTEGER) AS c, * FROM claim_sorted;
DROP TABLE claim_sorted;

SET preserve_insertion_order = false;

-- ---------------------------------------------------------------- lines
CREATE TEMP TABLE item AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS item, code
  FROM (SELECT DISTINCT med_list_codg AS code FROM lines);

CREATE TEMP TABLE item_period AS
  SELECT i.item, k.from_day, k.to_day, k.kn FROM k_period k JOIN item i USING (code);

-- all lines of these claims: sent_* as sent; cnt, det, inscp, scope net (01_net.sql); is_net: a net line.
-- scope is what detectors call inscp(line), scope_given whether inscp_scp_amt itself was given.
CREATE TEMP TABLE line AS
  SELECT c.c, c.person, c.inst, i.item, k.kn, c.kind, c.med_type, c.insutype, c.gend, c.hosp_lv,
         l.fee_ocur_time AS fee_time, l.day, l.day - c.birth_day AS age,
         l.cnt AS sent_cnt, l.det AS sent_det, CAST(l.cnt AS DECIMAL(18, 4)) AS cnt, l.pric,
         CAST(coalesce(l.inscp, l.det) AS DECIMAL(18, 2)) AS scope,
         l.inscp IS NOT NULL AS scope_given, l.cnt > 0 AS is_net,
         l.prd_days, l.feedetl_sn AS sn, l.init_sn, l.dr, l.dept, l.trdn, l.etip, l.traces
  FROM (SELECT fixmedins_code, setl_id, feedetl_sn, med_list_codg,
               CAST(fee_ocur_time AS TIMESTAMP) AS fee_ocur_time, day_of(fee_ocur_time) AS day,
               CAST(cnt AS DECIMAL(16, 4)) AS cnt, CAST(pric AS DECIMAL(16, 6)) AS pric,
               CAST(det_item_fee_sumamt AS DECIMAL(16, 2)) AS det,
               CAST(inscp_scp_amt AS DECIMAL(16, 2)) AS inscp,
               CAST(prd_days AS DECIMAL(16, 4)) AS prd_days,
               nullif(init_feedetl_sn, '') AS init_sn,
               nullif(bilg_dr_codg, '') AS dr, nullif(bilg_dept_codg, '') AS dept,
               coalesce(trdn_flag = '1', false) AS trdn, coalesce(etip_flag = '1', false) AS etip,
               nullif(drug_trac_codg, '') AS traces
        FROM lines) l
  JOIN claim c ON c.fixmedins_code = l.fixmedins_code AND c.setl_id = l.setl_id
  JOIN item i ON i.code = l.med_list_codg
  LEFT JOIN item_period k ON k.item = i.item AND l.day BETWEEN k.from_day AND k.to_day;
