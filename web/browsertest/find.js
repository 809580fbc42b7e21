// Finds what people see by what it says, marks it, and says what is wrong:
// nothing, when exactly one thing fits.
(kind, name, within, mark) => {
  const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
  const said = (e) => clean(e.innerText);
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;

  // A part of the page: of that name, or else the smallest that says all of it.
  let root = document;
  if (within.length > 0) {
    const parts = [...document.querySelectorAll('form, section, article, .card, fieldset, details, tr, li, nav, header')].filter(seen);
    const names = (e) => [clean(e.getAttribute('aria-label')), ...[...e.querySelectorAll('h1, h2, h3, legend, summary')].map(said)];
    let fit = parts.filter((e) => within.length === 1 && names(e).includes(within[0]));
    if (fit.length === 0) fit = parts.filter((e) => within.every((text) => said(e).includes(text)));
    fit = fit.filter((e) => !fit.some((other) => other !== e && e.contains(other)));
    if (fit.length !== 1) return fit.length + ' parts say so';
    root = fit[0];
  }

  // The name of a field is its label without the small print, or what is read aloud.
  const label = (e) => {
    const copy = e.cloneNode(true);
    copy.querySelectorAll('small, input, select, textarea').forEach((x) => x.remove());
    return clean(copy.textContent);
  };
  let all = [];
  if (kind === 'press') {
    const doors = [...root.querySelectorAll('a[href], button, summary')].filter(seen);
    all = doors.filter((e) => said(e) === name || clean(e.getAttribute('aria-label')) === name);
    if (all.length === 0) all = doors.filter((e) => said(e).includes(name));
  } else {
    const fields = [...root.querySelectorAll('input, select, textarea')].filter(seen);
    all = fields.filter((e) => [...e.labels].some((l) => label(l) === name) || clean(e.getAttribute('aria-label')) === name);
  }
  if (all.length !== 1) return all.length + ' of them are to be seen';
  all[0].dataset.found = String(mark);
  all[0].scrollIntoView({ block: 'center' });
  return '';
}
