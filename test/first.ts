// As in src/main.ts: whichever copy of undici is loaded first serves all, and Slack's loses Discord's files.
import 'discord.js'
