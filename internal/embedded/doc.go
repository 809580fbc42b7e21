// Package embedded starts the services of a deployment on this machine, for
// demonstrations, for an evaluation on one machine, and for tests: a Kafka
// broker inside the program (kfake, with a data folder) and redis-server as a
// child process, or, where it is not installed, a Redis inside the program that
// forgets everything.
//
// They listen on loopback or a socket in a private folder only. They are no
// services for production: one process, one copy of the data, no access rules.
// Whoever shows them shows [Label].
package embedded

// Label is shown wherever an embedded service is in use.
const Label = "嵌入式 (embedded)"

// Service is a running service.
type Service struct {
	Name    string // for people
	Network string // tcp or unix
	Addr    string // host:port, or the path of the socket
	// Volatile services forget everything when the program ends: what they
	// held must be built again from elsewhere.
	Volatile bool
	stop     func() error
}

// Stop ends the service and waits until its data lie on the disk.
func (s *Service) Stop() error { return s.stop() }
