"""A group's pack on a Discord server, from a button to the server's stickers and back."""

from bot.core.language.texts import load
from storage import members, people
from tests.bot.discord_objects import APPLICATION
from tests.bot.groups_on_discord import CHANNEL, GUILD, JOIN, PUBLISH, A, B, C, OnServer

TEXTS = load()
LEAVE, AGAIN = (TEXTS.get("en", f"shared_button.{verb}") for verb in ("leave", "again"))
OF_TWO, OF_THREE = 1 + 2 * 5 + 3, 1 + 3 * 5 + 2 * 3


async def published(server: OnServer) -> None:
    """Let A and B have their pack among the server's stickers."""
    card = await server.begin(A, B)
    await server.discord.press(A, card, PUBLISH)
    await server.seen("its 14 stickers stand among this server's own now")


async def test_a_groups_pack_becomes_the_servers_stickers_when_somebody_who_may_asks(
    server: OnServer,
) -> None:
    """Both alone and together; the card offers it no longer once it is under way."""
    async with server.running():
        card = await server.begin(A, B)
        assert server.who_is_on() == []  # nobody asked yet
        assert "t.me" not in card.body["content"]
        await server.discord.press(A, card, PUBLISH)
        await server.seen("“server”: its 14 stickers stand among this server's own now")
        alone, both = [[{"A"}] * 5, [{"B"}] * 5], {"A", "B"}
        assert server.who_is_on() == [both, *alone[0], *alone[1], *[both] * 3]
        await server.discord.until(
            lambda: any(
                JOIN in one.buttons and PUBLISH not in one.buttons
                for one in server.discord.in_channel(CHANNEL)
            )
        )


async def test_whoever_may_not_make_stickers_is_told_who_may(server: OnServer) -> None:
    """The words that members agree to say that somebody else may do it; nothing happens."""
    async with server.running():
        card = await server.begin(A, B)
        assert "among this server's own stickers once somebody who may" in card.body["content"]
        await server.discord.press(B, card, PUBLISH)
        await server.seen(TEXTS.get("en", "shared.only_makers"))
        assert server.who_is_on() == []
        async with server.database.snapshot() as session:
            b = await people.find(session, "discord", B["id"])
            assert b is not None
            (member,) = await members.of_person(session, b.id)
        assert member.wording == "server-1"


async def test_who_joins_later_appears_and_who_leaves_is_taken_out(server: OnServer) -> None:
    """Without any further tap of somebody who may make stickers."""
    async with server.running():
        await published(server)
        card = await server.seen("In it: ")
        await server.discord.press(C, card, JOIN)
        await server.until_shown(
            lambda who, emoji: len(who) == OF_THREE and {"A", "B", "C"} in who and emoji == 0
        )
        await server.whole(3)
        await server.discord.press(B, await server.seen("(3)"), LEAVE)
        await server.seen("You are out of “server”")
        await server.until_shown(
            lambda who, _: len(who) == OF_TWO and {"A", "C"} in who
            and not any("B" in one for one in who)
        )  # fmt: skip


async def test_who_is_forgotten_is_taken_out_and_the_others_stay(server: OnServer) -> None:
    """Also whoever began the pack and brought it there: a server's stickers hang on nobody."""
    async with server.running():
        await published(server)
        before = set(server.discord.expressions.guilds[str(GUILD)].stickers)
        await server.discord.slash(A, CHANNEL, "forget")
        yes = TEXTS.get("en", "button.yes_forget")
        await server.discord.press(A, await server.seen("", yes), yes)
        await server.until_shown(lambda who, emoji: who == [{"B"}] * 5 and emoji == 0)
        assert set(server.discord.expressions.guilds[str(GUILD)].stickers) < before


async def test_what_finds_no_slot_is_an_emoji_and_that_is_said(server: OnServer) -> None:
    """A server without boosts has room for five."""
    server.discord.expressions.guilds[str(GUILD)].slots = 5
    async with server.running():
        card = await server.begin(A, B)
        await server.discord.press(A, card, PUBLISH)
        await server.seen("5 of 14 are this server's stickers now; there are no slots for more")
        assert (len(server.who_is_on()), len(server.discord.expressions.emoji)) == (5, 9)


async def test_where_there_is_no_room_at_all_it_goes_on_once_there_is(server: OnServer) -> None:
    """The message says so, with a button that tries once more; it is up to the same people."""
    server.discord.expressions.most_emoji = 0
    server.discord.expressions.guilds[str(GUILD)].slots = 1
    async with server.running():
        card = await server.begin(A)
        await server.discord.press(A, card, PUBLISH)
        told = await server.seen("Discord has no room left for all of it")
        server.discord.expressions.most_emoji = 2_000
        await server.discord.press(B, told, AGAIN)
        await server.seen(TEXTS.get("en", "shared.only_makers"))
        await server.discord.press(A, told, AGAIN)
        await server.seen("1 of 5 are this server's stickers now")
        assert len(server.discord.expressions.emoji) == 4


async def test_where_we_may_make_no_stickers_they_are_emoji_of_ours(server: OnServer) -> None:
    """A may, the bot may not."""
    guild = server.discord.expressions.guilds[str(GUILD)]
    guild.makers = tuple(one for one in guild.makers if one != APPLICATION)
    async with server.running():
        card = await server.begin(A)
        await server.discord.press(A, card, PUBLISH)
        await server.seen("I keep its 5 stickers as emoji of mine")
        assert (server.who_is_on(), len(server.discord.expressions.emoji)) == ([], 5)


async def test_a_deleted_pack_is_gone_from_the_server(server: OnServer) -> None:
    """By whoever began it, after a question."""
    async with server.running():
        await published(server)
        for label in ("shared_button.manage", "shared_button.delete", "shared_button.gone"):
            words = TEXTS.get("en", label)
            await server.discord.press(A, await server.seen("", words), words)
        await server.until_shown(lambda who, emoji: who == [] and emoji == 0)
