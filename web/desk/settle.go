package desk

import (
	"encoding/json"
	"errors"
	"net/http"

	"fundwatch/cases"
	"fundwatch/ingest/kafka"
)

// rawOf gives the bytes of a dead letter as topic claims.dead tells it.
func rawOf(value []byte) (string, error) {
	var letter struct {
		Raw []byte `json:"raw"`
	}
	if err := json.Unmarshal(value, &letter); err != nil {
		return "", errors.New("a dead letter cannot be read")
	}
	return string(letter.Raw), nil
}

// replayForm is a mended claim that takes the place of a dead letter.
type replayForm struct {
	Act    string `json:"act"`
	Claim  string `json:"claim"`
	Reason string `json:"reason"`
}

// postReplay sends a mended claim, once, if nothing is wrong with it any more.
func postReplay(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f replayForm
	if err := read(r, &f); err != nil {
		return err
	}
	p, err := d.letter(r)
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	key, problems, err := d.o.Mend([]byte(f.Claim))
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		p.Fault, p.Faults, p.Given, p.Why, p.Shown = "mend", wrongMended(problems), f.Claim, f.Reason, true
		return d.showAs(w, r, http.StatusUnprocessableEntity, "letter", p)
	}
	message := cases.Repaired{Topic: kafka.TopicClaims, Key: key, Value: []byte(f.Claim)}
	err = d.o.Cases.ReplayDead(r.Context(), p.Letter.Partition, p.Letter.Offset, message, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At})
	if err != nil {
		return err
	}
	return d.done(w, r, "/dead")
}

// discardForm says why a letter is not sent again.
type discardForm struct {
	Act    string `json:"act"`
	Reason string `json:"reason"`
}

func postDiscard(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f discardForm
	if err := read(r, &f); err != nil {
		return err
	}
	partition, offset, err := place(r)
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if err := d.o.Cases.DiscardDead(r.Context(), partition, offset, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At}); err != nil {
		return err
	}
	return d.done(w, r, "/dead")
}
