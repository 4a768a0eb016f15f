/// The size of a drawing in its units, and what a file says of it.
struct Page {
    let width: Double
    let height: Double
    /// The title of the figure or, if it has none, the first sentence of its alternative text.
    let title: String
    let altText: String

    init(width: Double, height: Double, title: String?, altText: String) {
        self.width = width
        self.height = height
        self.altText = altText
        let first = altText.split(separator: ". ").first.map(String.init) ?? ""
        self.title = title.flatMap { $0.isEmpty ? nil : $0 } ?? first
    }
}
