-- S16-repeat-benefit: one bill_no in at least 2 claims of a person
INSERT INTO found
  SELECT 'S16', 'person', p.psn_no, g.bill_no, g.claims, [], g.fen
  FROM (SELECT person, bill_no, list(c) AS claims, fen(sum(fund) - arg_min(fund, c)) AS fen
        FROM claim WHERE bill_no IS NOT NULL
        GROUP BY person, bill_no HAVING count(*) > 1) g
  JOIN person p USING (person);
