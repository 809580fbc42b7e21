package kafka_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// deleteRecords asks a broker to delete the messages below an offset. kafka-go
// does not know this request (DeleteRecords, version 0), so it is written here
// byte by byte.
func deleteRecords(ctx context.Context, addr, topic string, partition int, below int64) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	var b bytes.Buffer
	w := func(v any) { binary.Write(&b, binary.BigEndian, v) }
	text := func(s string) { w(int16(len(s))); b.WriteString(s) }
	w(int16(21)) // DeleteRecords
	w(int16(0))
	w(int32(1)) // correlation
	text("test")
	w(int32(1))
	text(topic)
	w(int32(1))
	w(int32(partition))
	w(below)
	w(int32(5000))
	if err := binary.Write(conn, binary.BigEndian, int32(b.Len())); err != nil {
		return err
	}
	if _, err := conn.Write(b.Bytes()); err != nil {
		return err
	}
	var size int32
	if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
		return err
	}
	answer := make([]byte, size)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if code := int16(binary.BigEndian.Uint16(answer[len(answer)-2:])); code != 0 {
		return fmt.Errorf("delete records: error code %d", code)
	}
	return nil
}
