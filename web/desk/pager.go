package desk

import (
	"strconv"
)

// Pager says which part of a list is shown.
type Pager struct {
	Page  int `json:"page"`
	Pages int `json:"pages"`
	Total int `json:"total"`
	From  int `json:"from"`
	To    int `json:"to"`
}

// pager cuts a list into pages; one that is not there is the last.
func pager(page, total, per int) Pager {
	pages := max((total+per-1)/per, 1)
	page = min(max(page, 1), pages)
	return Pager{Page: page, Pages: pages, Total: total, From: min((page-1)*per+1, total), To: min(page*per, total)}
}

// Previous and Next are pages, or 0.
func (p Pager) Previous() int { return p.Page - 1 }

// Next is the page after this one, or 0.
func (p Pager) Next() int {
	if p.Page >= p.Pages {
		return 0
	}
	return p.Page + 1
}

// Text is a page as an address has it.
func (p Pager) Text(page int) string { return strconv.Itoa(page) }
