/** Matched against who is told, a bar, and the words. */
interface Difference {
  terminal: RegExp
  web: string
  why: string
}

const FOUNDING: Difference = {
  terminal: /(Others come with|Tell people how to come:) \/join ([\p{L}\d-]+)/gu,
  web: '$1 http://kindred/c/$2',
  why: 'whoever starts a community passes on a link, which everybody can open',
}

/** Words that are rightly others on the web, by rehearsal, and why. */
export const WORDS: Record<'foundation' | 'trust' | 'deciding' | 'meetups' | 'content', Difference[]> = {
  foundation: [
    FOUNDING,
    {
      terminal: /(members\.|pledges\.|You're in\.) \/join [\p{L}\d-]+/gu,
      web: '$1',
      why: 'in the directory a name leads to its page',
    },
    {
      terminal: /(listed nowhere.*)\/c\//g,
      web: '$1/do/join?community=',
      why: 'a hidden one has no page for who is not in it, so the link leads to the form',
    },
    {
      terminal: /This code lets (.*) until (.*): (\/join (\S+))\. It is/g,
      web: 'This link lets $1 until $2: http://kindred/do/join?community=$4. In a chat the same is $3. It is',
      why: 'and so does whoever invites into a hidden one',
    },
  ],
  trust: [
    FOUNDING,
    {
      terminal: /^fay \| (.*has been told to forget you, and says that it is done\.)$/g,
      web: 'mail fay@example.org | $1',
      why: 'who is forgotten has no page of their own any more, so each receipt goes by mail',
    },
    {
      terminal: /You hear here when each/g,
      web: 'You hear by mail when each',
      why: 'and they read that before, and as they press',
    },
    {
      terminal: /terminal \(main\): (ben|cem|ivo)/g,
      web: 'the web: $1@example.org',
      why: 'an account is the address one signs in by, once it is proven',
    },
    { terminal: /terminal \(main\): hana/g, web: 'the web: hana', why: 'unless it is somebody else’s already' },
    {
      terminal: /terminal \(den\): ivo/g,
      web: 'the web: ivo.den',
      why: 'the web has one workspace: who speaks in another one has a second account here',
    },
    {
      terminal: /terminal, workspace (?:main|den), lobby/g,
      web: 'the web',
      why: 'a yes tells on which platform it was given',
    },
    { terminal: /an account on terminal/g, web: 'an account on the web', why: 'and so is where the other account is' },
    {
      terminal: /"platform": "terminal", "workspace": "main", "id": "fay"/g,
      web: '"platform": "web", "workspace": "web", "id": "fay@example.org"',
      why: 'the same in the file',
    },
    {
      terminal: /"platform": "terminal", "workspace": "main"/g,
      web: '"platform": "web", "workspace": "web"',
      why: 'and where its rooms are',
    },
  ],
  deciding: [
    FOUNDING,
    { terminal: / [█░]+(?= )/g, web: '', why: 'the chart is a picture, with the table of its figures beneath it' },
  ],
  meetups: [
    FOUNDING,
    {
      terminal: /(listed nowhere.*)\/c\//g,
      web: '$1/do/join?community=',
      why: 'a hidden one has no page for who is not in it, so the link leads to the form',
    },
    { terminal: /: here, in private/g, web: ': under Notices', why: 'what a chat tells in private is read there' },
    { terminal: / [█░]+(?= )/g, web: '', why: 'the chart is a picture, with the table of its figures beneath it' },
    {
      terminal: /https:\/\/kindred\.example\//g,
      web: 'http://kindred/',
      why: 'this house has pages of its own, at its own address',
    },
  ],
  content: [
    FOUNDING,
    { terminal: / [█░]+(?= )/g, web: '', why: 'the chart is a picture, with the table of its figures beneath it' },
    { terminal: /(: |\[)here, in private/g, web: '$1under Notices', why: 'what a chat tells in private is read there' },
    {
      terminal: /Change it in the chat with \/my notices, or at \S+notices/g,
      web: 'To choose again: http://kindred/do/my?part=notices',
      why: 'who has no chat is told of the page',
    },
    {
      terminal: /https:\/\/kindred\.example\//g,
      web: 'http://kindred/',
      why: 'this house has pages of its own, at its own address',
    },
  ],
}

/** Lines by their beginning that a browser does not send, and why; the terminal answers them with a sentence. */
export const NOT_SENT: Record<string, string> = {
  '@ola /start-community "WWW': 'name takes 60 characters',
  '@ola /start-community "Late Hours" need:"people who work late, so that we can come at night" pledges:many':
    'pledges is a number',
  '@pia /jion parents-united': 'there is no such page',
  '@pia /join': 'community is required',
  '@pia /sharing parents-united maybe': 'answer is one of: on off',
}
