-- R10-after-death: fees later than death_date + 1; a claim without net lines by its settlement day
WITH dead AS (
  SELECT p.person, k.death_day FROM k_death k JOIN person p USING (psn_no)),
late_line AS (
  SELECT l.c, list(l.rowid) AS lines, fen(sum(l.scope)) AS fen
  FROM line l JOIN dead d USING (person)
  WHERE l.is_net AND l.day > d.death_day + 1
  GROUP BY l.c),
late_claim AS (
  SELECT c.c, c.fund FROM claim c JOIN dead d USING (person) WHERE c.setl_day > d.death_day + 1),
bare AS (
  SELECT c, fund FROM late_claim
  WHERE c NOT IN (SELECT c FROM line WHERE is_net AND c IN (SELECT c FROM late_claim)))
INSERT INTO found
  SELECT 'R10', 'institution', i.code, '', [h.c], h.lines, h.fen
  FROM (FROM late_line UNION ALL SELECT c, []::BIGINT[], fen(fund) FROM bare) h JOIN claim USING (c) JOIN inst i USING (inst);
