"""The app interface used by screens, dialogs and widgets."""
