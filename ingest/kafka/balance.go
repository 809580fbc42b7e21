package kafka

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
)

// keepBalancer spreads partitions evenly and lets members keep what they have:
// a partition that moves must load the history of its persons again. Members
// tell what they had as user data of the join.
type keepBalancer struct {
	mu   sync.Mutex
	told []byte
}

// had is what a member says of itself.
type had struct {
	Generation int64 `json:"generation"`
	Partitions []int `json:"partitions"`
}

func (b *keepBalancer) owned(generation int64, partitions []int) {
	told, err := json.Marshal(had{generation, partitions})
	if err != nil {
		told = nil // cannot happen: numbers; without it a partition may move
	}
	b.mu.Lock()
	b.told = told
	b.mu.Unlock()
}

// ProtocolName is the name members must agree on.
func (b *keepBalancer) ProtocolName() string { return "fundwatch-keep" }

// UserData is sent with every join.
func (b *keepBalancer) UserData() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.told, nil
}

// AssignGroups is asked of the one member that Kafka made the leader.
func (b *keepBalancer) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	out := kafka.GroupMemberAssignments{}
	byTopic := map[string][]int{}
	for _, p := range partitions {
		byTopic[p.Topic] = append(byTopic[p.Topic], p.ID)
	}
	for topic, all := range byTopic {
		var who []member
		for _, m := range members {
			if !slices.Contains(m.Topics, topic) {
				continue
			}
			one := member{id: m.ID}
			// User data of another version is no reason to fail: the member
			// then had nothing.
			if json.Unmarshal(m.UserData, &one.had) != nil {
				one.had = had{}
			}
			who = append(who, one)
		}
		for id, mine := range spread(who, all) {
			if out[id] == nil {
				out[id] = map[string][]int{}
			}
			out[id][topic] = mine
		}
	}
	return out
}

type member struct {
	id  string
	had had
}

// spread gives each partition to one member, sizes differing by one at most.
// Those who had a partition keep it as far as that allows, the newest
// generation first: an older claim is of a member that was away.
func spread(members []member, partitions []int) map[string][]int {
	out := map[string][]int{}
	if len(members) == 0 {
		return out
	}
	slices.SortFunc(members, func(a, b member) int {
		if a.had.Generation != b.had.Generation {
			return int(min(max(b.had.Generation-a.had.Generation, -1), 1))
		}
		if n := len(b.had.Partitions) - len(a.had.Partitions); n != 0 {
			return n // who had more keeps the odd one
		}
		if a.id < b.id {
			return -1
		}
		return 1
	})
	free := slices.Clone(partitions)
	slices.Sort(free)
	free = slices.Compact(free)
	small, odd := len(free)/len(members), len(free)%len(members)
	quota := make([]int, len(members))
	for i, m := range members {
		quota[i] = small
		if i < odd {
			quota[i]++
		}
		out[m.id] = []int{}
		for _, p := range m.had.Partitions {
			if at := slices.Index(free, p); at >= 0 && len(out[m.id]) < quota[i] {
				out[m.id] = append(out[m.id], p)
				free = slices.Delete(free, at, at+1)
			}
		}
	}
	for i, m := range members {
		n := quota[i] - len(out[m.id])
		out[m.id] = append(out[m.id], free[:n]...)
		free = free[n:]
		slices.Sort(out[m.id])
	}
	return out
}
