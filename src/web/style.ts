import { createHash } from 'node:crypto'

/** The one stylesheet: light and dark by what the reader's system says, one column on a phone. */
export const STYLE = `:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1f; --soft: #55565e; --line: #c9cad3; --card: #f5f5f8;
  --act: #1f4fb8; --on-act: #fff; --wrong: #a3121f; }
@media (prefers-color-scheme: dark) { :root { --paper: #16171b; --ink: #ececf0; --soft: #b3b4bf; --line: #494b57; --card: #202229;
  --act: #9db8ff; --on-act: #10131c; --wrong: #ff9ba3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 0 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--act); }
a, button, input, select, textarea, summary { outline-offset: 2px; }
:focus-visible { outline: 3px solid var(--act); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; padding: 1rem 0; border-bottom: 1px solid var(--line); }
header form { margin: 0 0 0 auto; }
.home { font-weight: 700; color: inherit; text-decoration: none; padding: .35rem 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; align-items: center; }
nav a, summary { padding: .35rem 0; }
summary { cursor: pointer; color: var(--act); }
nav details[open] { flex-basis: 100%; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1.75rem 0 1rem; }
h2, h3 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .5rem; }
section > h2 { margin-top: 2rem; }
p, dd { white-space: pre-line; }
p { margin: .6rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.1rem; margin: 1rem 0; }
dl { margin: .5rem 0; }
dl > div { margin: .6rem 0; }
dt { font-weight: 600; }
dd { margin: 0; }
.chart { display: block; width: 100%; height: auto; margin: .9rem 0; border-radius: .5rem; }
div.table { overflow-x: auto; margin: .9rem 0; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: start; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: start; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
td, thead th { overflow-wrap: normal; }
td { font-variant-numeric: tabular-nums; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin: .9rem 0 0; }
button { font: inherit; min-height: 2.75rem; padding: .45rem 1rem; border: 1px solid var(--act); border-radius: .5rem;
  background: transparent; color: var(--act); cursor: pointer; max-width: 100%; }
button.main, .buttons button:first-of-type { background: var(--act); color: var(--on-act); }
button.quiet { border-color: transparent; padding-inline: 0; text-decoration: underline; }
.field { margin: 1rem 0; }
.choice { margin: .9rem 0 0; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
input, select, textarea { font: inherit; width: 100%; min-height: 2.75rem; padding: .5rem .65rem; border: 1px solid var(--soft);
  border-radius: .5rem; background: var(--paper); color: var(--ink); }
select { max-width: 100%; }
[aria-invalid=true] { border: 2px solid var(--wrong); }
.wrong { color: var(--wrong); font-weight: 600; }
.soft, time { color: var(--soft); }
ul.plain { list-style: none; padding: 0; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .95rem; }
@media (prefers-reduced-motion: no-preference) { button { transition: opacity .1s; } button:active { opacity: .7; } }
`

/** Its address changes with it, so that browsers may keep it for good. */
export const STYLE_PATH = `/style-${createHash('sha256').update(STYLE).digest('hex').slice(0, 12)}.css`
