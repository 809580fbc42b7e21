package claim

import (
	"encoding/json"
	"strconv"
)

// Problem is one thing that is wrong with a message. Field is its path with
// positions from 0 (feedetail[0].cnt), empty for the message as a whole. A
// problem never holds the value itself: values may be personal data.
type Problem struct {
	Field string
	Rule  Rule
}

// MarshalJSON writes field, rule and a sentence.
func (p Problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Field    string `json:"field"`
		Rule     Rule   `json:"rule"`
		Sentence string `json:"sentence"`
	}{p.Field, p.Rule, p.Rule.Sentence()})
}

// FieldWithoutPositions is the path with the positions in lists taken out, by
// which problems are counted: feedetail.cnt.
func (p Problem) FieldWithoutPositions() string {
	out := make([]byte, 0, len(p.Field))
	inside := false
	for i := 0; i < len(p.Field); i++ {
		switch c := p.Field[i]; {
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case !inside:
			out = append(out, c)
		}
	}
	return string(out)
}

// Sentence says in Chinese what the rule asks for.
func (r Rule) Sentence() string {
	switch r {
	case RuleRequired:
		return "此项必填，不能为空。"
	case RuleNumber:
		return "应为数字，形如 -12.30，不带加号、指数、空格和分隔符。"
	case RuleDecimals:
		return "小数位数超过规定（金额2位，数量4位，单价6位，整数无小数）。"
	case RuleDigits:
		return "小数点前的位数超过规定（金额14位，数量12位，单价10位，整数9位）。"
	case RuleNegative:
		return "不能为负数。"
	case RuleNotZero:
		return "数量不能为零。"
	case RuleTime:
		return "应为时间，写作 2026-03-05 08:30:00。"
	case RuleDay:
		return "应为日期，写作 2026-03-05。"
	case RuleString:
		return "应为文本（字符串），不能是数字、布尔值、列表或对象。"
	case RuleCharacters:
		return "含有编码中不允许的字符（控制字符、竖线，标识类字段还包括斜线）。"
	case RuleUTF8:
		return "不是有效的 UTF-8 文本。"
	case RuleSex:
		return "性别应为 0、1、2 或 9。"
	case RuleRefundFlag:
		return "退费结算标志应为 0、1 或空。"
	case RuleDivision:
		return "医保区划应为六位数字。"
	case RuleSign:
		return "金额的正负与数量不符（只有退费结算不受此限）。"
	case RuleOrder:
		return "结束时间早于开始时间。"
	case RuleRepeated:
		return "同一结算内费用明细流水号重复。"
	default:
		return r.messageSentence()
	}
}

// messageSentence covers the rules about messages rather than values.
func (r Rule) messageSentence() string {
	switch r {
	case RuleJSON:
		return "不是有效的 JSON（语法、UTF-8 编码或代理对有误）。"
	case RuleDuplicate:
		return "同一对象内名称重复。"
	case RuleDepth:
		return "嵌套超过 64 层。"
	case RuleObject:
		return "应为对象。"
	case RuleList:
		return "应为列表。"
	case RuleTooLong:
		return "此行超过 " + strconv.Itoa(MaxMessage>>20) + " MiB，未读取。"
	case RuleTooMany:
		return "问题超过 " + strconv.Itoa(MaxProblems) + " 处，其余未列出。"
	case RuleColumns:
		return "此行的列数与表头不同。"
	case RuleCSV:
		return "此行不是有效的 CSV（RFC 4180）。"
	case RuleOrphan:
		return "找不到对应的结算记录。"
	case RuleConflict:
		return "同一结算（机构编码与结算编号相同）已有内容不同的记录。"
	}
	return string(r)
}

// MaxProblems is how many problems of one message are told. A message of the
// greatest length could have a hundred million; nobody reads them, and they
// must not take the memory of a machine.
const MaxProblems = 10_000

// MaxMessage is the longest message that is read, in bytes.
const MaxMessage = 64 << 20
