"""The app as screens, dialogs and widgets know it."""
