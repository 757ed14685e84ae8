/** What Discord takes at most, as its documentation and API description say; nothing else in this folder names a limit. */
export const LIMITS = {
  content: 2_000,
  embedTitle: 256,
  embedDescription: 4_096,
  embedFields: 25,
  embedFieldName: 256,
  embedFieldValue: 1_024,
  /** All words of all embeds of a message together. */
  embedsInAll: 6_000,
  embeds: 10,
  attachmentDescription: 1_024,
  buttonsInARow: 5,
  rows: 5,
  buttonLabel: 80,
  modalTitle: 45,
  modalLabel: 45,
  modalDescription: 100,
  modalInput: 4_000,
  selectPlaceholder: 150,
  choices: 25,
  choiceName: 100,
  stringOption: 6_000,
  nonce: 25,
  roleName: 100,
  /** In a server; some are left for its own people. */
  roles: 250,
  rolesLeft: 5,
  channels: 500,
  channelsLeft: 10,
  channelsInCategory: 50,
  /** People let into a channel one by one, and people in a thread; some are left for whom its own people let in. */
  overwrites: 1_000,
  overwritesLeft: 50,
  threadMembers: 1_000,
  threadMembersLeft: 50,
  channelName: 100,
  channelTopic: 1_024,
  eventName: 100,
  eventDescription: 1_000,
  eventPlace: 100,
  /** In a server, of those that are not over. */
  events: 100,
  /** Threads of a server in which somebody spoke lately. */
  activeThreads: 1_000,
  /** Messages asked for at once. */
  history: 100,
} as const
