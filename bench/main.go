// Command bench is the second opinion on fundwatch and its speed yardstick: detectors R01..R14, S01..S16 and T01
// in plain SQL on DuckDB.
//
//	bench -in DIR -knowledge DIR -out findings.parquet    all findings of a folder of Parquet tables
//	bench compare A B                                      two sets of findings (.parquet or .jsonl)
//	bench race -data DIR -fundwatch PATH                   both programs in turn, compared in time, memory and findings
package main

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// knowledgeFiles are the files the detectors of this folder need.
var knowledgeFiles = []string{"items", "exclusive_pairs", "diagnoses", "institutions", "persons", "suspensions"}

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) > 0 && args[0] == "compare":
		err = compareMain(args[1:])
	case len(args) > 0 && args[0] == "race":
		err = raceMain(args[1:])
	default:
		err = scanMain(args)
	}
	switch {
	case errors.Is(err, errDiffer): // already told
		os.Exit(1)
	case err != nil:
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(2)
	}
}

func scanMain(args []string) error {
	fl := flag.NewFlagSet("bench", flag.ContinueOnError)
	in := fl.String("in", "", "folder with settlements.parquet, lines.parquet, diagnoses.parquet")
	knowledge := fl.String("knowledge", "", "knowledge folder (CSV)")
	out := fl.String("out", "findings.parquet", "findings file to write")
	threads := fl.Int("threads", 2, "DuckDB threads")
	memory := fl.String("memory", "14GB", "DuckDB memory limit")
	explain := fl.Bool("explain", false, "print the measured plan of every statement")
	if err := fl.Parse(args); err != nil {
		return err
	}
	if *in == "" {
		return errors.New("-in is missing")
	}
	return scan(*in, *knowledge, *out, *memory, *threads, *explain)
}

func scan(in, knowledge, out, memory string, threads int, explain bool) error {
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	empty := filepath.Join(tmp, "empty.csv")
	if err := os.WriteFile(empty, []byte("none\n"), 0o600); err != nil {
		return err
	}
	replace := []string{"{in}", quoted(in), "{out}", quoted(out)}
	for _, name := range knowledgeFiles {
		path := filepath.Join(knowledge, name+".csv")
		if _, err := os.Stat(path); knowledge == "" || errors.Is(err, fs.ErrNotExist) {
			path = empty
		}
		replace = append(replace, "{"+name+"_csv}", quoted(path))
	}
	fill := strings.NewReplacer(replace...)

	conn, closeDB, err := open(fmt.Sprintf("SET threads = %d; SET memory_limit = '%s'; SET temp_directory = '%s'", threads, quoted(memory), quoted(tmp)))
	if err != nil {
		return err
	}
	defer closeDB()
	steps, err := steps()
	if err != nil {
		return err
	}
	start := time.Now()
	for _, step := range steps {
		text, err := sqlFiles.ReadFile("sql/" + step + ".sql")
		if err != nil {
			return err
		}
		began, busy := time.Now(), cpu()
		for statement := range strings.SplitSeq(fill.Replace(string(text)), ";\n") {
			if err := run(conn, statement, explain); err != nil {
				return fmt.Errorf("%s: %w", step, err)
			}
		}
		fmt.Printf("%-8s %8.3f s  (CPU %.3f s)\n", step, time.Since(began).Seconds(), (cpu() - busy).Seconds())
	}
	fmt.Printf("%-8s %8.3f s  (CPU %.3f s)\n", "all", time.Since(start).Seconds(), cpu().Seconds())
	return nil
}

// cpu is the processor time this process has used, user and system.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// steps are the SQL files in the order they run: 00_load, 01_net, the detectors, 99_out.
func steps() ([]string, error) {
	entries, err := sqlFiles.ReadDir("sql")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".sql"))
	}
	last := slices.Index(names, "99_out")
	return append(slices.Delete(names, last, last+1), "99_out"), nil
}

// run executes one statement, with explain under EXPLAIN ANALYZE where it moves rows.
func run(conn *sql.Conn, statement string, explain bool) error {
	ctx := context.Background()
	first := firstWords(statement)
	if first == "" {
		return nil
	}
	moves := strings.HasPrefix(first, "CREATE TEMP TABLE") || strings.HasPrefix(first, "WITH") || strings.HasPrefix(first, "INSERT") || strings.HasPrefix(first, "COPY")
	if !explain || !moves {
		_, err := conn.ExecContext(ctx, statement)
		return err
	}
	rows, err := conn.QueryContext(ctx, "EXPLAIN ANALYZE "+statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key, plan string
		if err := rows.Scan(&key, &plan); err != nil {
			return err
		}
		fmt.Println(first)
		fmt.Println(plan)
	}
	return rows.Err()
}

// firstWords is the first line of a statement that is not a comment.
func firstWords(statement string) string {
	for line := range strings.Lines(statement) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			return line
		}
	}
	return ""
}

// open gives one connection to a fresh DuckDB in memory.
func open(settings string) (*sql.Conn, func(), error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(context.Background())
	if err == nil {
		_, err = conn.ExecContext(context.Background(), settings)
	}
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return conn, func() { conn.Close(); db.Close() }, nil
}

// quoted makes s safe inside the single quotes of an SQL text.
func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }
