-- R11-suspended-party: institution, person or practitioner suspended on the fee day; not emergency;
-- not for a stay that began before the suspension
WITH susp_inst AS (
  SELECT i.inst, k.* FROM k_suspension k JOIN inst i USING (code) WHERE k.kind = 'institution'),
susp_person AS (
  SELECT p.person, k.* FROM k_suspension k JOIN person p ON p.psn_no = k.code WHERE k.kind = 'person'),
susp_dr AS (
  SELECT * FROM k_suspension WHERE kind = 'practitioner'),
hit AS (
  SELECT l.rowid AS l, l.c, l.scope, s.kind, s.code, s.from_day
  FROM line l JOIN susp_inst s USING (inst)
  WHERE l.is_net AND l.kind <> 'emergency' AND l.day BETWEEN s.from_day AND s.to_day
  UNION ALL
  SELECT l.rowid, l.c, l.scope, s.kind, s.code, s.from_day
  FROM line l JOIN susp_person s USING (person)
  WHERE l.is_net AND l.kind <> 'emergency' AND l.day BETWEEN s.from_day AND s.to_day
  UNION ALL
  SELECT l.rowid, l.c, l.scope, s.kind, s.code, s.from_day
  FROM line l JOIN susp_dr s ON s.code = l.dr
  WHERE l.is_net AND l.kind <> 'emergency' AND l.day BETWEEN s.from_day AND s.to_day),
hit_claim AS (
  SELECT c.c, c.fund, s.kind, s.code, s.from_day
  FROM claim c JOIN susp_inst s USING (inst) WHERE c.kind <> 'emergency' AND c.setl_day BETWEEN s.from_day AND s.to_day
  UNION ALL
  SELECT c.c, c.fund, s.kind, s.code, s.from_day
  FROM claim c JOIN susp_person s USING (person) WHERE c.kind <> 'emergency' AND c.setl_day BETWEEN s.from_day AND s.to_day),
bare AS (
  FROM hit_claim
  WHERE c NOT IN (SELECT c FROM line WHERE is_net AND c IN (SELECT c FROM hit_claim))),
each_once AS (
  SELECT DISTINCT h.l, h.c, h.scope, h.kind, h.code
  FROM (FROM hit UNION ALL SELECT NULL, c, fund, kind, code, from_day FROM bare) h
  LEFT JOIN stay s USING (c)
  WHERE s.begin_day IS NULL OR s.begin_day >= h.from_day)
INSERT INTO found
  SELECT 'R11', kind, code, '', [c], coalesce(list(l) FILTER (l IS NOT NULL), []), fen(sum(scope))
  FROM each_once
  GROUP BY kind, code, c;
