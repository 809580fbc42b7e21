package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/internal/config"
	"fundwatch/web"
)

// answerTime is how long a command waits for Kafka and Redis to answer at all.
const answerTime = 15 * time.Second

// parent is a command that only has others below it.
func parent(use, short string, children ...*cobra.Command) *cobra.Command {
	var names []string
	for _, c := range children {
		names = append(names, c.Name())
	}
	c := &cobra.Command{
		Use: use, Short: short, Args: nothingElse,
		RunE: func(*cobra.Command, []string) error {
			return usage("用法：fundwatch %s %s", use, strings.Join(names, "|"))
		},
	}
	c.AddCommand(children...)
	return c
}

// withKafka works with Kafka alone, once it answers.
func withKafka(ctx context.Context, f *settingsFlags, work func(*services) error) error {
	cfg, err := f.settings(false, "redis", config.PartHTTP)
	if err != nil {
		return err
	}
	if len(cfg.Redis.Addrs) == 0 {
		cfg.Redis.Addrs = []string{"127.0.0.1:6379"} // never asked
	}
	if cfg.Region == "" {
		cfg.Region = "000000" // never asked
	}
	s, err := openServices(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.pingKafka(ctx); err != nil {
		return err
	}
	return work(s)
}

// withState works with Redis, and Kafka where it is asked for, once they
// answer.
func withState(ctx context.Context, f *settingsFlags, kafka bool, work func(*services) error) error {
	cfg, err := f.settings(false, config.PartHTTP)
	if err != nil {
		return err
	}
	s, err := openServices(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	asked, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := s.journal.Check(asked); err != nil {
		return err
	}
	if kafka {
		if err := s.pingKafka(ctx); err != nil {
			return err
		}
	}
	return work(s)
}

func (s *services) pingKafka(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := s.kafka.Ping(ctx); err != nil {
		return fmt.Errorf("Kafka 没有回应 (Kafka does not answer): %w", err)
	}
	return nil
}

// newID names an act, at random.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (e *env) topicsCommand() *cobra.Command {
	var f settingsFlags
	asJSON := false
	ensure := &cobra.Command{
		Use:   "ensure",
		Short: "建立缺少的主题，核对已有的；有未改的差异时退出码为 1 · make what is missing, tell what differs",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			return withKafka(c.Context(), &f, func(s *services) error { return e.tellTopics(c.Context(), s, asJSON) })
		},
	}
	f.add(ensure)
	ensure.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return parent("topics", "Kafka 主题 · topics of Kafka", ensure)
}

func (e *env) tellTopics(ctx context.Context, s *services, asJSON bool) error {
	differences, err := s.ensureTopics(ctx)
	if err != nil {
		return err
	}
	type row struct {
		Topic   string `json:"topic"`
		Setting string `json:"setting"`
		Have    string `json:"have"`
		Want    string `json:"want"`
		Mended  bool   `json:"mended"`
	}
	rows, open := []row{}, 0
	for _, d := range differences {
		rows = append(rows, row{d.Topic, d.Setting, d.Have, d.Want, d.Mended})
		if !d.Mended {
			open++
		}
		if !asJSON {
			fmt.Fprintln(e.out, d)
		}
	}
	if asJSON {
		if err := writeJSON(e.out, map[string]any{"differences": rows, "open": open}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.out, "主题齐备，未改的差异 %d 处 (all topics are there; open differences)\n", open)
	}
	if open > 0 {
		return errAnswer
	}
	return nil
}

func (e *env) tokenCommand() *cobra.Command {
	asJSON := false
	made := &cobra.Command{
		Use:   "new CODE",
		Short: "为机构生成令牌，只显示这一次，并给出写入令牌文件的一行 · make a token, shown once, and its line",
		Args:  exactly(1, "CODE"),
		RunE: func(_ *cobra.Command, args []string) error {
			token, line, err := web.NewToken(rand.Reader, args[0])
			if err != nil {
				return usage("%v", err)
			}
			if asJSON {
				return writeJSON(e.out, map[string]string{"token": token, "line": line})
			}
			_, err = fmt.Fprintf(e.out, "令牌，交给机构，不再显示 (token, for the institution, not shown again):\n%s\n写入令牌文件的一行 (line for the file of tokens):\n%s\n", token, line)
			return err
		},
	}
	made.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return parent("token", "机构令牌 · tokens of institutions", made)
}
