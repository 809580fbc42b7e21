package desk

import (
	"net/http"

	"fundwatch/detectors"
	"fundwatch/web/words"
)

// DetectorRow is a detector in the catalogue.
type DetectorRow struct {
	ID      string   `json:"id"`
	Short   string   `json:"short"`
	Version string   `json:"version"`
	Title   Words    `json:"title"`
	Doc     Words    `json:"doc"`
	Clears  Words    `json:"clears"`
	Grade   string   `json:"grade"`
	Scheme  string   `json:"scheme"`
	Basis   []string `json:"basis"`
	Classes []string `json:"classes"`
	Uses    []string `json:"uses"`
}

// detectorsPage is the catalogue.
type detectorsPage struct {
	Detectors []DetectorRow `json:"detectors"`
}

func (d *Desk) detectorRow(det *detectors.Detector) DetectorRow {
	return DetectorRow{ID: det.ID, Short: det.Short(), Version: det.Version, Title: Words{det.Title.ZH, det.Title.EN}, Doc: Words{det.Doc.ZH, det.Doc.EN},
		Clears: Words{det.Clears.ZH, det.Clears.EN}, Grade: string(det.Grade), Scheme: schemeOf(det), Basis: det.Basis, Classes: det.Classes, Uses: det.Uses}
}

func showDetectors(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var p detectorsPage
	for _, det := range d.o.Detectors {
		p.Detectors = append(p.Detectors, d.detectorRow(det))
	}
	return d.show(w, r, "detectors", p)
}

// detectorPage is one detector.
type detectorPage struct {
	Detector DetectorRow `json:"detector"`
	Params   []paramRow  `json:"params"`
	Subject  string      `json:"subject"`
}

// paramRow is a parameter with its default.
type paramRow struct {
	Name    string   `json:"name"`
	Unit    Words    `json:"unit"`
	Default int64    `json:"default"`
	Min     int64    `json:"min"`
	Max     int64    `json:"max"`
	List    []string `json:"list,omitempty"`
}

func (p detectorPage) title(lang words.Lang) string {
	return p.Detector.Short + " " + p.Detector.Title.In(lang)
}

func showDetector(d *Desk, w http.ResponseWriter, r *http.Request) error {
	det := d.byID[r.PathValue("detector")]
	if det == nil {
		return errNothing
	}
	p := detectorPage{Detector: d.detectorRow(det), Subject: det.Subject}
	for _, param := range det.Params {
		p.Params = append(p.Params, paramRow{param.Name, Words{param.Unit.ZH, param.Unit.EN}, param.Default, param.Min, param.Max, param.List})
	}
	return d.show(w, r, "detector", p)
}
