package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"strings"
)

// compared are the columns two findings of one id must agree in.
var compared = []string{"detector", "grade", "subject_kind", "subject_code", "key", "person", "institution", "practitioner",
	"settlements", "lines", "from", "to", "amount_fen"}

var errDiffer = errors.New("findings differ")

func compareMain(args []string) error {
	fl := flag.NewFlagSet("bench compare", flag.ContinueOnError)
	show := fl.Int("show", 3, "differences to show per detector")
	if err := fl.Parse(args); err != nil {
		return err
	}
	if fl.NArg() != 2 {
		return errors.New("compare wants two files of findings")
	}
	equal, err := compare(fl.Arg(0), fl.Arg(1), *show)
	if err != nil {
		return err
	}
	if !equal {
		fmt.Println("findings differ")
		return errDiffer
	}
	fmt.Println("findings equal")
	return nil
}

// compare prints how the findings of two files differ, by detector, and says whether they are equal.
func compare(a, b string, show int) (bool, error) {
	ctx := context.Background()
	conn, closeDB, err := open("SET threads = 2; SET memory_limit = '14GB'")
	if err != nil {
		return false, err
	}
	defer closeDB()
	for name, path := range map[string]string{"a": a, "b": b} {
		if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE "+name+" AS "+findingsQuery(path)); err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
	}
	var differ []string
	for _, column := range compared {
		differ = append(differ, fmt.Sprintf(`CASE WHEN a."%s" IS DISTINCT FROM b."%s" THEN '%s: ' || a."%s" || ' <> ' || b."%s" END`, column, column, column, column, column))
	}
	_, err = conn.ExecContext(ctx, `CREATE TEMP TABLE pair AS
		SELECT id, coalesce(a.detector, b.detector) AS name, a.id IS NULL AS only_b, b.id IS NULL AS only_a, a.n AS a_n, b.n AS b_n,
		       CASE WHEN a.id IS NOT NULL AND b.id IS NOT NULL THEN concat_ws('; ', CASE WHEN a.n <> b.n THEN 'times: ' || a.n || ' <> ' || b.n END, `+strings.Join(differ, ", ")+`) ELSE '' END AS other,
		       CASE WHEN a.id IS NULL THEN b.told ELSE a.told END AS told
		FROM a FULL JOIN b USING (id)`)
	if err != nil {
		return false, err
	}
	equal, err := printCounts(ctx, conn)
	if err != nil || equal {
		return equal, err
	}
	return false, printDifferences(ctx, conn, show)
}

func printCounts(ctx context.Context, conn *sql.Conn) (bool, error) {
	rows, err := conn.QueryContext(ctx, `SELECT name, count(*) FILTER (NOT only_b), count(*) FILTER (NOT only_a), count(*) FILTER (only_a),
		count(*) FILTER (only_b), count(*) FILTER (other <> '') FROM pair GROUP BY name ORDER BY name`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	equal := true
	fmt.Printf("%-28s %10s %10s %8s %8s %8s\n", "detector", "first", "second", "only 1st", "only 2nd", "differ")
	for rows.Next() {
		var name string
		var n [5]int64
		if err := rows.Scan(&name, &n[0], &n[1], &n[2], &n[3], &n[4]); err != nil {
			return false, err
		}
		fmt.Printf("%-28s %10d %10d %8d %8d %8d\n", name, n[0], n[1], n[2], n[3], n[4])
		equal = equal && n[2]+n[3]+n[4] == 0
	}
	return equal, rows.Err()
}

func printDifferences(ctx context.Context, conn *sql.Conn, show int) error {
	rows, err := conn.QueryContext(ctx, `SELECT id, CASE WHEN only_a THEN 'only in the first' WHEN only_b THEN 'only in the second' ELSE other END, told
		FROM pair WHERE only_a OR only_b OR other <> ''
		QUALIFY row_number() OVER (PARTITION BY name, only_a, only_b ORDER BY id) <= ? ORDER BY name, id`, show)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, what, told string
		if err := rows.Scan(&id, &what, &told); err != nil {
			return err
		}
		fmt.Printf("%s %s\n    %s\n", id, what, told)
	}
	return rows.Err()
}

// findingsQuery reads a findings file into one shape: lists as texts joined by |, only the detectors of this folder.
func findingsQuery(path string) string {
	columns := `id, detector, grade, subject_kind, subject_code, key, person, institution, practitioner, settlements, lines, "from", "to", amount_fen`
	source := fmt.Sprintf(`SELECT id, detector, grade, subject_kind, subject_code, coalesce(key, '') AS key, coalesce(person, '') AS person,
		coalesce(institution, '') AS institution, coalesce(practitioner, '') AS practitioner, settlements, coalesce(lines, '') AS lines,
		CAST("from" AS VARCHAR) AS "from", CAST("to" AS VARCHAR) AS "to", CAST(amount_fen AS DECIMAL(38, 0)) AS amount_fen FROM read_parquet('%s')`, quoted(path))
	if strings.Contains(path, ".jsonl") || strings.Contains(path, ".ndjson") {
		source = fmt.Sprintf(`SELECT id, detector, grade, subject.kind AS subject_kind, subject.code AS subject_code, coalesce(key, '') AS key,
			coalesce(person, '') AS person, coalesce(institution, '') AS institution, coalesce(practitioner, '') AS practitioner,
			array_to_string(settlements, '|') AS settlements, coalesce(array_to_string(lines, '|'), '') AS lines, "from", "to", amount_fen
			FROM read_json('%s', format = 'newline_delimited', maximum_object_size = 268435456, columns = {
			id: 'VARCHAR', detector: 'VARCHAR', grade: 'VARCHAR', subject: 'STRUCT(kind VARCHAR, code VARCHAR)', key: 'VARCHAR', person: 'VARCHAR',
			institution: 'VARCHAR', practitioner: 'VARCHAR', settlements: 'VARCHAR[]', lines: 'VARCHAR[]', "from": 'VARCHAR', "to": 'VARCHAR', amount_fen: 'DECIMAL(38, 0)'})`, quoted(path))
	}
	return fmt.Sprintf(`SELECT *, count(*) OVER (PARTITION BY id) AS n,
		left(concat_ws(' ', subject_kind || ' ' || subject_code, 'key ' || key, 'person ' || person, 'settlements ' || settlements, 'lines ' || lines, "from" || '..' || "to", amount_fen || ' fen'), 600) AS told
		FROM (SELECT %s FROM (%s)) WHERE regexp_matches(detector, '^(R(0[1-9]|1[0-4])|S(0[1-9]|1[0-6])|T01)-')
		QUALIFY row_number() OVER (PARTITION BY id) = 1`, columns, source)
}
