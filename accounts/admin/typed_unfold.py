"""Unfold's admin classes with Django's types: the package ships none of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.auth.admin import UserAdmin
else:
    from django.contrib.auth import admin as auth
    from unfold import admin as unfold

    class ModelAdmin(unfold.ModelAdmin):
        """Unfold's; subscripts are for the type checker."""

        def __class_getitem__(cls, _model: Any) -> type:
            return cls

    class TabularInline(unfold.TabularInline):
        """Unfold's; subscripts are for the type checker."""

        def __class_getitem__(cls, _model: Any) -> type:
            return cls

    class UserAdmin(auth.UserAdmin, unfold.ModelAdmin):
        """Django's, in Unfold's look; subscripts are for the type checker."""

        def __class_getitem__(cls, _model: Any) -> type:
            return cls


__all__ = ["ModelAdmin", "TabularInline", "UserAdmin"]
