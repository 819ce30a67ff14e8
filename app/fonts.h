/* Fonts of the window: assets/fonts.conf is read before the configuration of the system. */
#pragma once

/* Sets FONTCONFIG_FILE unless it is set already. Call once from main, before any thread runs and
 * before GTK starts. */
void bh_fonts_start(void);
