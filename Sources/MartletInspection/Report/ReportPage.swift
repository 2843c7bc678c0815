/// The page around the data of a report: markup, style and script, which stand as files in the folder Page. It loads nothing. The data are JSON,
/// compressed and in base 64: most of it is text that repeats itself.
enum ReportPage {
  /// The parts of the script in their order: each uses what the earlier ones declare.
  private static let script = [
    PackageResources.data_js, PackageResources.outline_js, PackageResources.layout_js, PackageResources.drawing_js,
    PackageResources.viewport_js, PackageResources.panel_js, PackageResources.kernels_js, PackageResources.memory_js,
    PackageResources.timeline_js, PackageResources.start_js,
  ]

  static func html(title: String, data: String) -> String {
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(title): Martlet</title>
      <style>
      \(text(PackageResources.page_css))</style>
      </head>
      <body>
      \(text(PackageResources.page_html))<script type="application/gzip" id="data">\(data)</script>
      <script>
      'use strict';
      (async () => {
      \(script.map(text).joined(separator: "\n"))})().catch(error => { document.getElementById('title').textContent = String(error.message); throw error; });
      </script>
      </body>
      </html>

      """
  }
}
