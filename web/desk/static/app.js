// What the keyboard adds. Every page works without this file.
(() => {
  'use strict';
  const rows = () => [...document.querySelectorAll('[data-rows] > tbody > tr')];
  let at = -1;
  let waiting = false; // "g" was pressed

  // typing is true where a key belongs to a text, also while an input method
  // composes characters.
  const typing = (event) => event.isComposing || event.keyCode === 229 ||
    event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]') !== null;

  const go = (address) => window.location.assign(address);
  const may = (address) => document.querySelector('.side a[href="' + address + '"]') !== null;

  // move goes to another row, and puts the focus on its link so that a screen
  // reader tells it.
  const move = (by) => {
    const all = rows();
    if (all.length === 0) return;
    if (all[at]) all[at].classList.remove('at');
    at = Math.min(Math.max(at + by, 0), all.length - 1);
    all[at].classList.add('at');
    all[at].scrollIntoView({ block: 'nearest' });
    const link = all[at].querySelector('a');
    if (link) link.focus({ preventScroll: true });
  };

  const open = () => {
    const row = rows()[at];
    const link = row && row.querySelector('a');
    if (link) go(link.href);
  };

  const select = () => {
    const row = rows()[at];
    const box = row && row.querySelector('input[type="checkbox"]');
    if (!box) return;
    box.checked = !box.checked;
    count();
  };

  // count says how many rows are chosen.
  const count = () => {
    const boxes = [...document.querySelectorAll('td.pick input')];
    const chosen = boxes.filter((box) => box.checked).length;
    const told = document.querySelector('[data-selected]');
    if (told) {
      told.hidden = chosen === 0;
      told.querySelector('[data-count]').textContent = String(chosen);
    }
    const all = document.querySelector('[data-all]');
    if (all) {
      all.hidden = false;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };

  const keys = {
    '/': (event) => {
      const find = document.getElementById('find');
      if (!find) return;
      event.preventDefault();
      find.focus();
      find.select();
    },
    j: () => move(1),
    k: () => move(-1),
    o: open,
    x: select,
    g: () => { waiting = true; },
    '?': () => go('/help'),
  };
  const places = { h: '/', l: '/leads', c: '/cases' };

  document.addEventListener('keydown', (event) => {
    if (typing(event)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (waiting) {
      waiting = false;
      const place = places[event.key];
      if (place && may(place)) go(place);
      return;
    }
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (act) act(event);
  });

  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-all]')) {
      document.querySelectorAll('td.pick input').forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches('[data-all], td.pick input')) count();
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  });
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form').forEach((form) => { delete form.dataset.sent; });
    count();
  });

  const fault = document.querySelector('.fault');
  if (fault) fault.focus();
})();
