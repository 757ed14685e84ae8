/** What Slack takes at most, as its documentation and API description say; nothing else in this folder names a limit. */
export const LIMITS = {
  /** Words that stand for a message where its blocks can't be drawn. */
  fallback: 3_000,
  blocks: 50,
  viewBlocks: 100,
  /** All words of all blocks of a message together: refused at about 13,000 (msg_blocks_too_long). */
  blocksInAll: 12_000,
  section: 3_000,
  header: 150,
  buttonsInABlock: 25,
  buttonLabel: 75,
  actionId: 255,
  choices: 100,
  choiceName: 75,
  choiceValue: 150,
  placeholder: 150,
  pictureDescription: 1_000,
  modalTitle: 24,
  modalLabel: 2_000,
  modalInput: 3_000,
  fieldError: 200,
  privateMetadata: 3_000,
  channelName: 80,
  topic: 250,
  invitedAtOnce: 100,
  /** A response_url serves so often, and so long. */
  responses: 5,
  responseMs: 30 * 60_000,
  /** A submitted form is closed, or told what is wrong with it, within three seconds; some of them are the way there. */
  submissionMs: 2_000,
  /** Messages asked for at once. */
  history: 200,
  conversations: 200,
  /** Messages to one channel. */
  postMs: 1_000,
  /** Calls of a method in a workspace in one minute, by its tier. */
  tiers: { 1: 1, 2: 20, 3: 50, 4: 100 },
} as const
