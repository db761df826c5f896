"""Storage doubles that misbehave like real ones."""

from typing import ClassVar

from django.core.files.storage import FileSystemStorage


class RefusingStorage(FileSystemStorage):
    """Refuses to save as often as `refusals` says, then works."""

    refusals: ClassVar[int] = 0

    def save(self, name, content, max_length=None):
        if RefusingStorage.refusals:
            RefusingStorage.refusals -= 1
            raise OSError("The store is busy.")
        return super().save(name, content, max_length)


class RenamingStorage(FileSystemStorage):
    """Does not see a file that another worker is just writing, and so gives ours another name."""

    def exists(self, name):
        return False

    def get_available_name(self, name, max_length=None):
        return self.get_alternative_name(*name.rsplit(".", 1)).replace(".", "", 1) if super().exists(name) else name
