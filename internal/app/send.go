package app

import (
	"fmt"

	"github.com/spf13/cobra"

	"fundwatch/ingest/kafka"
)

func (e *env) sendCommand() *cobra.Command {
	var (
		f             settingsFlags
		checkpoints   string
		again, asJSON bool
	)
	c := &cobra.Command{
		Use:   "send FILE…",
		Short: "把结算文件发送到 Kafka，中断后接着发送 · publish files of claims, go on after a break",
		Args:  atLeast(1, "FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return withKafka(c.Context(), &f, func(s *services) error {
				bar := e.newProgress("发送 sending", true)
				defer bar.end()
				sender := &kafka.Sender{Client: s.kafka, Producer: s.producer, Topic: s.topic(kafka.TopicClaims), Dead: s.topic(kafka.TopicDead),
					Checkpoints: checkpoints, Again: again, Progress: bar.at}
				sent, err := sender.Send(c.Context(), args)
				if err != nil {
					return fmt.Errorf("已确认 %d 条，再次运行会接着发送 (acknowledged; run it again to go on): %w", sent.Messages, err)
				}
				bar.end()
				return e.tellSent(sent, asJSON)
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&checkpoints, "checkpoints", "", "记录进度的文件夹，默认在文件旁 (folder of the notes of progress)")
	c.Flags().BoolVar(&again, "again", false, "从头发送 (send everything again)")
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) tellSent(s kafka.Sent, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, map[string]int{"files": s.Files, "messages": s.Messages, "no_key": s.NoKey, "too_long": s.TooLong, "before": s.Before})
	}
	_, err := fmt.Fprintf(e.out, "文件 %d 个，已确认 %d 条（其中读不出参保人的 %d 条），过长转为死信 %d 条，此前已发 %d 条\n"+
		"files, messages acknowledged (without person), too long, sent before\n", s.Files, s.Messages, s.NoKey, s.TooLong, s.Before)
	return err
}
