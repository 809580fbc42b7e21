package kafka_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"fundwatch/ingest/kafka"
)

// certificate invents one for 127.0.0.1.
func certificate(t *testing.T) (server *tls.Config, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

// TestLogin sends and reads a message, by TLS and each way of login: sender,
// topics and group have connections of their own.
func TestLogin(t *testing.T) {
	server, client := certificate(t)
	const user, password = "fundwatch", "p-SECRET"
	for _, mechanism := range []string{"", kafka.Plain, kafka.ScramSHA256, kafka.ScramSHA512} {
		t.Run("TLS "+mechanism, func(t *testing.T) {
			options := []kfake.Opt{kfake.NumBrokers(1), kfake.TLS(server), kfake.GroupMinSessionTimeout(500 * time.Millisecond),
				kfake.BrokerConfigs(map[string]string{"message.max.bytes": "33554432"})}
			config := kafka.Config{TLS: client}
			if mechanism != "" {
				options = append(options, kfake.EnableSASL(), kfake.Superuser(mechanism, user, password))
				config.SASL = kafka.SASL{Mechanism: mechanism, User: user, Password: password}
			}
			cluster, err := kfake.NewCluster(options...)
			if err != nil {
				t.Fatal(err)
			}
			defer cluster.Close()
			config.Brokers = cluster.ListenAddrs()
			ctx := limit(t)
			c, err := kafka.Open(config)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			name := topic(t, c, 1)
			if err := kafka.NewProducer(c, kafka.Zstd).Publish(ctx, name, []kafka.Message{{Key: []byte("P1"), Value: []byte("虚构")}}); err != nil {
				t.Fatal(err)
			}
			l := newLedger()
			stop := consume(ctx, t, c, kafka.Options{Topic: name, Group: name, Handler: handlers(l, nil)})
			l.wait(ctx, t, 1)
			stop()

			if mechanism == "" {
				return
			}
			config.SASL.Password = "wrong-SECRET"
			wrong, err := kafka.Open(config)
			if err != nil {
				t.Fatal(err)
			}
			defer wrong.Close()
			soon, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if err := wrong.Ping(soon); err == nil || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("a wrong password: %v", err)
			}
		})
	}
}
