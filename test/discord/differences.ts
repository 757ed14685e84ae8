interface Difference {
  terminal: RegExp
  discord: string
  why: string
}

const FOUNDING: Difference = {
  terminal:
    /(yours included, by [^.]+\.|is open, and you look after it\.) ((?:Others come with|Nobody can find it).*)$/g,
  discord:
    "$1 You are in its room once there is one. Its members, and the server's administrators and moderators, see who is in it. A thread goes on saying who came and went. $2 [Stay out of the room]",
  why: 'whoever starts a community reads who sees them in its room, and may stay out of it',
}

/** Words that are rightly others on Discord, by rehearsal, in the order they are first met. */
export const WORDS: Record<'foundation' | 'trust' | 'deciding' | 'meetups' | 'content', Difference[]> = {
  foundation: [
    FOUNDING,
    {
      terminal: /You are in Parents United already\./g,
      discord:
        'You are in Parents United already. Parents United has a room. If you enter it, the others there will see you, ' +
        'and so will whoever runs the place. [Enter the room]',
      why: 'who is out of the room by whatever chance gets in again',
    },
    {
      terminal:
        /Night Sketchers lets people in on request\. Tell its organizers why you would like to join\. \[Say why\]/g,
      discord:
        "Before you join Night Sketchers It has a room. Its members, and the server's administrators and moderators, see who is in it. A thread goes on saying who came and went. " +
        'Its organizers let people in: tell them why you would like to join. [Say why] [Say why, without the room]',
      why: 'who sees a room there is said before anybody enters it',
    },
    {
      terminal: /\[How long things are kept\]/g,
      discord: '[How long things are kept] [Rooms here]',
      why: 'staff choose there what carries the rooms',
    },
    {
      terminal: /Staff room and e-mail: staff,/g,
      discord: 'Staff room and e-mail: #staff,',
      why: 'a channel is called by its name there',
    },
  ],
  trust: [
    FOUNDING,
    {
      terminal: /terminal \((?:main|den)\): /g,
      discord: 'discord: ',
      why: 'an account is the same in every server, so none is named with it',
    },
    {
      terminal: /terminal, workspace (main|den), lobby/g,
      discord: 'discord, workspace $1, lobby',
      why: 'a yes tells on which platform it was given',
    },
    {
      terminal: /"platform": "terminal", "workspace": "main", "id": "(\w+)", "name": "(\w+)", "alsoIn": \[\]/g,
      discord: '"platform": "discord", "workspace": "", "id": "$1", "name": "$2", "alsoIn": [ "main" ]',
      why: 'one account for all servers, and where it was met',
    },
    {
      terminal: /"platform": "terminal", "workspace": "main"/g,
      discord: '"platform": "discord", "workspace": "main"',
      why: 'where a yes was given',
    },
    { terminal: /"language": null/g, discord: '"language": "en-US"', why: 'Discord tells the language of its client' },
    {
      terminal: /an account on terminal/g,
      discord: 'an account on discord',
      why: 'who shares an address is told on which platform the other account is',
    },
  ],
  deciding: [
    {
      terminal: /\[How long things are kept\]/g,
      discord: '[How long things are kept] [Rooms here]',
      why: 'staff choose there what carries the rooms',
    },
    {
      terminal: /Staff room and e-mail: staff,/g,
      discord: 'Staff room and e-mail: #staff,',
      why: 'a channel is called by its name there',
    },
    FOUNDING,
    { terminal: /Storytime on Sundays(?= +\d+ [█░])/g, discord: 'Storytime on Sund…', why: 'a table fits on a phone' },
    { terminal: /A letter about quiet hours(?= +\d+ [█░])/g, discord: 'A letter about qu…', why: 'in all its rows' },
    { terminal: /( \d+ Mar 2026,) 10:00 \(GMT\+\d\)(?= +\d+ [█░])/g, discord: '$1…', why: 'of a time as well' },
  ],
  meetups: [
    FOUNDING,
    {
      terminal: /(Sun (?:\d\d \w+ 2026,|\d \w+ 2026, 1))[ \d:]+\(GMT\+\d\)(?= +\d+ [█░])/g,
      discord: '$1…',
      why: 'a table fits on a phone',
    },
  ],
  content: [FOUNDING],
}

/** What people read before they press once more, where the terminal lets them in at once; the player does so for them. */
export const BEFORE_A_ROOM =
  /^(It has a room|Once it opens it has a room)\. Its members, and the server's administrators and moderators, see who is in it\. A thread goes on saying who came and went\.$/

/** Lines by their beginning that Discord's own client does not send, and why; the terminal answers them with a sentence. */
export const NOT_SENT: Record<keyof typeof WORDS, Record<string, string>> = {
  foundation: {
    '@ola /start-community "WWW': 'name takes 0 to 60 characters',
    '@ola /start-community "Late Hours" need:"people who work late, so that we can come at night" pledges:many':
      'pledges is a number',
    '@pia /jion parents-united': 'pia is not offered /jion here',
    '@pia /join': '/join requires the option community',
    '@pia /sharing parents-united maybe': 'answer is one of: on, off',
    '@pia /status': 'pia is not offered /staff here',
  },
  trust: {},
  deciding: { '@ana /status': 'ana is not offered /staff here' },
  meetups: {},
  content: {},
}
