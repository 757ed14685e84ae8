import { html } from 'hono/html'
import type { Command } from '../command.ts'
import type { Visit } from './parts.ts'
import type { Html } from './render.ts'
import { STYLE_PATH } from './style.ts'

/** What a page is, besides its content. */
export interface PageParts {
  title: string
  main: Html
  /** For whoever passes its address on: what it is about, and where it is. */
  preview?: { description: string; url: string } | undefined
  /** Where the same is read by calendars. */
  calendar?: { title: string; url: string } | undefined
  /** Only people who look for it should find it. */
  isPrivate?: boolean
  hidden?: Html
}

/** A whole page, which works with no script. */
export function page(
  { title, main, preview, calendar, isPrivate, hidden }: PageParts,
  visit: Visit,
  commands: Command[],
): Html {
  const { about, signedIn } = visit
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === about.name ? title : `${title} – ${about.name}`}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<link rel="alternate" type="application/atom+xml" title="New communities" href="/communities.atom">${
    calendar
      ? html`
<link rel="alternate" type="text/calendar" title="${calendar.title}" href="${calendar.url}">`
      : ''
  }
${isPrivate ? html`<meta name="robots" content="noindex">` : ''}${preview ? previewOf(title, preview, about.name) : ''}
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<a class="home" href="/">${about.name}</a>
<nav aria-label="Pages">${signedIn ? ownLinks(signedIn, commands) : visitorLinks()}</nav>
${signedIn ? html`<form method="post" action="/sign-out">${hidden ?? ''}<button class="quiet">Sign out</button></form>` : ''}
</header>
<main id="main">
<h1>${title}</h1>
${main}
</main>
<footer>
${about.privacyNotice ? html`<a href="${about.privacyNotice}" rel="noopener noreferrer">Privacy notice</a> ` : ''}${about.contact ? html`Contact: ${about.contact}` : ''}
</footer>
</body>
</html>`
}

function previewOf(title: string, { description, url }: { description: string; url: string }, site: string): Html {
  return html`<meta name="description" content="${description}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="${site}">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${url}">
<link rel="canonical" href="${url}">`
}

function visitorLinks(): Html {
  return html`<a href="/communities">Communities</a> <a href="/do/start-community">Start one</a> <a href="/sign-in">Sign in</a>`
}

function ownLinks({ isStaff, waiting }: NonNullable<Visit['signedIn']>, commands: Command[]): Html {
  const staff = commands.filter(({ group }) => group === 'staff')
  const notices = waiting > 0 ? `Notices (${waiting})` : 'Notices'
  return html`<a href="/communities">Communities</a> <a href="/do/start-community">Start one</a> <a href="/do/meetups">Meetups</a> <a href="/do/vote">Vote</a> <a href="/do/my">My data</a>
<a href="/notices">${notices}</a> <a href="/do/help">Help</a>${
    isStaff
      ? html`<details class="staff"><summary>Staff</summary><ul>${staff.map(
          ({ name, description }) => html`<li><a href="/do/${name}">${description}</a></li>`,
        )}</ul></details>`
      : ''
  }`
}
