# Run by `odoo shell`: makes the scripts and styles that every browser asks this database for.
BUNDLES = {
    "web.assets_web": ("css", "js"),
    "web.assets_web_print": ("css",),
    "web.assets_emoji": ("js",),
    "bus.websocket_worker_assets": ("js",),
    "web.report_assets_common": ("css",),
    "web.report_assets_pdf": ("css",),
}

for name, kinds in BUNDLES.items():
    for kind in kinds:
        bundle = env["ir.qweb"]._get_asset_bundle(  # noqa: F821
            name, css=kind == "css", js=kind == "js", autoprefix=name.startswith("web.report_"))
        getattr(bundle, kind)()
env.cr.commit()  # noqa: F821
