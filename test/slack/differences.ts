/** Words that are rightly others on Slack, and why. */
export const WORDS: { terminal: RegExp; slack: string; why: string }[] = [
  {
    terminal:
      /(yours included, by [^.]+\.|is open, and you look after it\.) ((?:Others come with|Nobody can find it).*)$/g,
    slack:
      '$1 You are in its room once there is one. Its members, and whoever administers the workspace, see who is in it. $2 [Stay out of the room]',
    why: 'whoever starts a community reads who sees them in its room, and may stay out of it',
  },
  {
    terminal: /You are in Parents United already\./g,
    slack:
      'You are in Parents United already. Parents United has a room. If you enter it, the others there will see you, ' +
      'and so will whoever runs the place. [Enter the room]',
    why: 'who is out of the room by whatever chance gets in again',
  },
  {
    terminal:
      /Night Sketchers lets people in on request\. Tell its organizers why you would like to join\. \[Say why\]/g,
    slack:
      'Before you join Night Sketchers It has a room. Its members, and whoever administers the workspace, see who is in it. ' +
      'Its organizers let people in: tell them why you would like to join. [Say why] [Say why, without the room]',
    why: 'who sees a room there is said before anybody enters it',
  },
  {
    terminal: /\[How long things are kept\]/g,
    slack: '[How long things are kept] [Rooms here]',
    why: 'staff choose there what carries the rooms',
  },
  { terminal: /\bterminal\b/g, slack: 'slack', why: 'an account and a yes tell on which platform they are' },
  { terminal: /slack \(main\)/g, slack: 'slack (Museum)', why: 'a workspace is called by its own name' },
  { terminal: /workspace main, lobby/g, slack: 'workspace Museum, general', why: 'and its channel' },
  { terminal: /workspace den, lobby/g, slack: 'workspace den, general', why: 'the same in the other one' },
  {
    terminal: /File (kindred-\S+\.json|meetup-\S+\.ics): .*$/g,
    slack: '$1 is in your private messages with Kindred.',
    why: 'a file is handed over in the private conversation, one for a calendar whatever its length',
  },
  { terminal: /File (ballot-\S+\.json):/g, slack: '$1', why: 'a short one is shown at once' },
  {
    terminal: /If exactly one member of Parents United is called “cem”/g,
    slack: 'If whom you mention is a member of Parents United',
    why: 'Slack makes an account of an @name',
  },
  { terminal: /Storytime on Sundays(?= +\d+ [█░])/g, slack: 'Storytime on Sund…', why: 'a table fits on a phone' },
  { terminal: /A letter about quiet hours(?= +\d+ [█░])/g, slack: 'A letter about qu…', why: 'in all its rows' },
]
