// Before anything is drawn: what was chosen last, else what the system says.
(function () {
  'use strict';
  var chosen = null;
  try { chosen = localStorage.getItem('theme'); } catch (e) { /* storage is off */ }
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
})();
