package desk

import (
	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/web/words"
)

// wrong is one thing that is wrong with a message, told in both languages. It
// never holds the value.
type wrong struct {
	Field string `json:"field"` // path, positions from 0; empty: the message as a whole
	Rule  string `json:"rule"`
	ZH    string `json:"sentence_zh"`
	EN    string `json:"sentence_en"`
}

// In gives the sentence of a language.
func (x wrong) In(lang words.Lang) string { return lang.Of(x.ZH, x.EN) }

// wrongOf words a rule. One that the catalogue does not know, told by a newer
// part of the program, goes by what that part said.
func wrongOf(field, rule, said string) wrong {
	return wrong{field, rule, words.ZH.Or("rule."+rule, said), words.EN.Or("rule."+rule, said)}
}

func wrongListed(all []cases.ListedProblem) (out []wrong) {
	for _, p := range all {
		out = append(out, wrongOf(p.Field, p.Rule, p.Sentence))
	}
	return out
}

// mostWrong is how many things that are wrong with a mended claim are told.
const mostWrong = 50

func wrongMended(all []claim.Problem) (out []wrong) {
	for _, p := range all[:min(len(all), mostWrong)] {
		out = append(out, wrongOf(p.Field, string(p.Rule), p.Rule.Sentence()))
	}
	return out
}
