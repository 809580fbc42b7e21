package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/cases"
	"fundwatch/ingest/kafka"
)

// deadFlags are the flags of the commands about dead letters.
type deadFlags struct {
	settingsFlags
	json, all, topic, raw bool
	limit                 int
	file, who, reason     string
}

func (e *env) deadCommand() *cobra.Command {
	var f deadFlags
	list := &cobra.Command{
		Use:   "list",
		Short: "列出未处理的死信，新的在前 · list dead letters, the last first",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			return withState(c.Context(), &f.settingsFlags, f.topic, func(s *services) error { return e.listDead(c.Context(), s, &f) })
		},
	}
	list.Flags().IntVar(&f.limit, "limit", 50, "每个分区最多几条 (at most, of each partition)")
	list.Flags().BoolVar(&f.all, "all", false, "也列出已处理的 (those settled too)")
	list.Flags().BoolVar(&f.topic, "topic", false, "读死信主题而非 Redis：含文件中过长的行和很久以前的 (from the topic: all there ever were)")
	show := &cobra.Command{
		Use:   "show PLACE",
		Short: "显示一条死信的全部问题；--raw 输出原文（含个人信息） · all problems of one; --raw its bytes (personal data)",
		Args:  exactly(1, "PLACE，如 3/42"),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), &f.settingsFlags, true, func(s *services) error { return e.showDead(c.Context(), s, args[0], &f) })
		},
	}
	show.Flags().BoolVar(&f.raw, "raw", false, "只输出原文 (only the bytes as they were)")
	replay := &cobra.Command{
		Use:   "replay PLACE --file FILE",
		Short: "发送修正后的结算，只能一次，留痕 · send the mended claim, once, on record",
		Args:  exactly(1, "PLACE，如 3/42"),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), &f.settingsFlags, false, func(s *services) error { return e.settleDead(c.Context(), s, args[0], &f, true) })
		},
	}
	replay.Flags().StringVar(&f.file, "file", "", "修正后的结算，一笔 JSON，- 为标准输入 (the mended claim)")
	discard := &cobra.Command{
		Use:   "discard PLACE",
		Short: "作废一条死信，只能一次，留痕 · settle one that is not to be sent again, on record",
		Args:  exactly(1, "PLACE，如 3/42"),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), &f.settingsFlags, false, func(s *services) error { return e.settleDead(c.Context(), s, args[0], &f, false) })
		},
	}
	for _, c := range []*cobra.Command{replay, discard} {
		c.Flags().StringVar(&f.who, "who", "", "操作人 (who does it)")
		c.Flags().StringVar(&f.reason, "reason", "", "理由 (why)")
	}
	for _, c := range []*cobra.Command{list, show, replay, discard} {
		f.add(c)
		c.Flags().BoolVar(&f.json, "json", false, "打印 JSON (print JSON)")
	}
	return parent("dead", "死信：不合格的结算 · dead letters: messages that are no claims", list, show, replay, discard)
}

// letter is a dead letter as it is shown: without its bytes.
type letter struct {
	Place    string          `json:"place"` // partition/offset, or file:line
	At       string          `json:"at,omitempty"`
	Kind     string          `json:"kind"`
	Problems []kafka.Problem `json:"problems"`
	More     int             `json:"more,omitempty"` // problems that are not listed
	Settled  cases.Outcome   `json:"settled,omitempty"`
}

func (e *env) listDead(ctx context.Context, s *services, f *deadFlags) error {
	find := s.deadOfRedis
	if f.topic {
		find = s.deadOfTopic
	}
	out, err := find(ctx, f)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.out, map[string]any{"letters": out})
	}
	for _, l := range out {
		e.printLetter(&l)
	}
	_, err = fmt.Fprintf(e.out, "共 %d 条 (letters)\n", len(out))
	return err
}

func (e *env) printLetter(l *letter) {
	state := string(l.Settled)
	if state == "" {
		state = "open"
	}
	fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\n", l.Place, l.At, l.Kind, state)
	for _, p := range l.Problems {
		fmt.Fprintf(e.out, "\t%s\t%s\t%s\n", p.Field, p.Rule, p.Sentence)
	}
	if l.More > 0 {
		fmt.Fprintf(e.out, "\t另有 %d 处 (more)\n", l.More)
	}
}

// deadOfRedis lists what Redis remembers of each partition.
func (s *services) deadOfRedis(ctx context.Context, f *deadFlags) ([]letter, error) {
	parts, err := s.cases.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	out := []letter{}
	for _, p := range parts {
		for below, taken := int64(0), 0; taken < f.limit; {
			page, err := s.cases.DeadLetters(ctx, p.Partition, below, f.limit)
			if err != nil {
				return nil, err
			}
			for i := range page {
				if taken < f.limit && (f.all || page[i].Settled == "") {
					out = append(out, listed(&page[i]))
					taken++
				}
				below = page[i].Offset
			}
			if len(page) < f.limit || below == 0 {
				break
			}
		}
	}
	return out, nil
}

func listed(l *cases.Listed) letter {
	out := letter{Place: fmt.Sprintf("%d/%d", l.Partition, l.Offset), At: l.At, Kind: l.Kind, More: l.More, Settled: l.Settled, Problems: []kafka.Problem{}}
	for _, p := range l.Problems {
		out.Problems = append(out.Problems, kafka.Problem(p))
	}
	return out
}

// deadOfTopic lists what lies in the topic, the first first.
func (s *services) deadOfTopic(ctx context.Context, f *deadFlags) ([]letter, error) {
	n, err := s.kafka.DeadPartitions(ctx, s.topic(kafka.TopicDead))
	if err != nil {
		return nil, err
	}
	out := []letter{}
	for partition := range n {
		taken := 0
		err := s.eachDead(ctx, partition, func(d *kafka.Placed) (bool, error) {
			l := ofTopic(d)
			if d.File == "" && d.Broken == nil {
				if l.Settled, err = s.settled(ctx, d.Partition, d.Offset); err != nil {
					return false, err
				}
			}
			if f.all || l.Settled == "" {
				out = append(out, l)
				taken++
			}
			return taken < f.limit, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ofTopic(d *kafka.Placed) letter {
	l := letter{Place: fmt.Sprintf("%d/%d", d.Partition, d.Offset), Kind: d.Kind, Problems: d.Problems}
	switch {
	case d.Broken != nil:
		l = letter{Place: fmt.Sprintf("claims.dead %d/%d", d.DeadPartition, d.DeadOffset), Kind: "broken", Problems: []kafka.Problem{}}
	case d.File != "":
		l.Place = d.File + ":" + strconv.Itoa(d.Line)
	default:
		l.At = d.At.Format("2006-01-02 15:04:05")
	}
	return l
}

// eachDead gives the letters of a partition of the topic until take has enough.
func (s *services) eachDead(ctx context.Context, partition int, take func(*kafka.Placed) (more bool, err error)) error {
	for from := int64(0); ; {
		page, err := s.kafka.DeadLetters(ctx, s.topic(kafka.TopicDead), partition, from, 100)
		if err != nil {
			return err
		}
		for i := range page.Letters {
			if more, err := take(&page.Letters[i]); err != nil || !more {
				return err
			}
		}
		if page.Next >= page.End || page.Next == from {
			return nil
		}
		from = page.Next
	}
}

// settled asks Redis what became of a letter; of one it has forgotten, nothing.
func (s *services) settled(ctx context.Context, partition int, offset int64) (cases.Outcome, error) {
	page, err := s.cases.DeadLetters(ctx, partition, offset+1, 1)
	if err != nil || len(page) == 0 || page[0].Offset != offset {
		return "", err
	}
	return page[0].Settled, nil
}

// parsePlace reads partition/offset.
func parsePlace(text string) (partition int, offset int64, err error) {
	p, o, _ := strings.Cut(text, "/")
	partition, errP := strconv.Atoi(p)
	offset, errO := strconv.ParseInt(o, 10, 64)
	if errP != nil || errO != nil || partition < 0 || offset < 0 {
		return 0, 0, usage("%q 应为 分区/偏移，如 3/42 (want partition/offset)", text)
	}
	return partition, offset, nil
}

func (e *env) showDead(ctx context.Context, s *services, place string, f *deadFlags) error {
	partition, offset, err := parsePlace(place)
	if err != nil {
		return err
	}
	n, err := s.kafka.DeadPartitions(ctx, s.topic(kafka.TopicDead))
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%d/%d", s.topic(kafka.TopicClaims), partition, offset)
	var found *kafka.Placed
	err = s.eachDead(ctx, kafka.PartitionOf([]byte(key), n), func(d *kafka.Placed) (bool, error) {
		if d.Broken == nil && d.File == "" && d.Partition == partition && d.Offset == offset {
			found = d
		}
		return found == nil, nil
	})
	switch {
	case err != nil:
		return err
	case found == nil:
		return fmt.Errorf("%s: %w", place, cases.ErrMissing)
	case f.raw:
		_, err = e.out.Write(found.Raw)
		return err
	}
	l := ofTopic(found)
	if l.Settled, err = s.settled(ctx, partition, offset); err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.out, l)
	}
	e.printLetter(&l)
	return nil
}

// settleDead replays or discards.
func (e *env) settleDead(ctx context.Context, s *services, place string, f *deadFlags, replay bool) error {
	partition, offset, err := parsePlace(place)
	if err != nil {
		return err
	}
	if f.who == "" || f.reason == "" {
		return usage("须写明 --who 和 --reason (both are needed)")
	}
	act := cases.Act{ID: newID(), Who: f.who, Reason: f.reason, At: e.clock()}
	outcome := cases.Discarded
	if replay {
		outcome = cases.Replayed
		message, err := e.mended(f.file)
		if err != nil {
			return err
		}
		key, _ := kafka.KeyOf(message)
		err = s.cases.ReplayDead(ctx, partition, offset, cases.Repaired{Topic: kafka.TopicClaims, Key: string(key), Value: message}, act)
		if err != nil {
			return err
		}
	} else if err := s.cases.DiscardDead(ctx, partition, offset, act); err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.out, map[string]string{"place": place, "settled": string(outcome)})
	}
	_, err = fmt.Fprintf(e.out, "%s\t%s\n", place, outcome)
	return err
}

// mended reads a claim that must be without problems.
func (e *env) mended(path string) (message []byte, err error) {
	if path == "" {
		return nil, usage("缺少 --file (missing)")
	}
	in, err := e.readInput(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if message, err = io.ReadAll(io.LimitReader(in, kafka.MaxMessageBytes)); err != nil {
		return nil, err
	}
	problems, err := problemsOf(message)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		fmt.Fprintf(e.err, "%s\t%s\t%s\n", p.Field, p.Rule, p.Rule.Sentence())
	}
	if len(problems) > 0 {
		return nil, errors.New("修正后的结算仍有问题，没有发送 (the mended claim still has problems; nothing was sent)")
	}
	return message, nil
}
