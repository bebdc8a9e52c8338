"""The usual Reflex chat: the last 50 messages in a state, markdown in a foreach; no sign-in, no recovery."""

import os
import sqlite3

import reflex as rx

WINDOW = 50


class Bare(rx.State):
    threads: list[dict[str, str]] = []
    messages: list[dict[str, str]] = []

    @rx.event
    def load(self):
        with sqlite3.connect(os.environ["BARE_DATABASE"]) as connection:
            rows = connection.execute(
                "SELECT id, name FROM user_sessions ORDER BY last_activity_at DESC LIMIT ?", (WINDOW,)
            ).fetchall()
        self.threads = [{"id": each[0], "name": each[1]} for each in rows]
        self.show(self.router.url.path.rsplit("/", 1)[-1])

    @rx.event
    def show(self, workspace_id: str):
        with sqlite3.connect(os.environ["BARE_DATABASE"]) as connection:
            rows = connection.execute(
                "SELECT m.id, m.content FROM chat_messages m JOIN chats c ON c.id = m.chat_id"
                " WHERE c.workspace_id = ? ORDER BY m.sequence DESC LIMIT ?",
                (workspace_id, WINDOW),
            ).fetchall()
        self.messages = [{"id": each[0], "text": each[1]} for each in rows[::-1]]


def page() -> rx.Component:
    return rx.hstack(
        rx.vstack(
            rx.foreach(
                Bare.threads,
                lambda each: rx.el.button(
                    each["name"],
                    on_click=Bare.show(each["id"]),
                    custom_attrs={"data-workspace-id": each["id"]},
                    key=each["id"],
                ),
            )
        ),
        rx.vstack(
            rx.foreach(
                Bare.messages,
                lambda each: rx.box(
                    rx.markdown(each["text"], use_raw=False, use_math=False, use_katex=False),
                    custom_attrs={"data-message-id": each["id"]},
                    key=each["id"],
                ),
            )
        ),
    )


app = rx.App()
app.add_page(page, route="/w/[thread]", on_load=Bare.load)
