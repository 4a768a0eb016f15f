/// A value that knows how it looks in a notebook.
///
/// A cell that ends in such a value shows its bundle; every bundle holds `text/plain`, since consoles show nothing else.
///
/// ```swift
/// struct Interval: Displayable {
///     var low, high: Double
///     var mimeBundle: MIMEBundle { .plain("\(low) to \(high)") }
/// }
/// ```
public protocol Displayable {
    /// The representations of this value.
    var mimeBundle: MIMEBundle { get }
}

extension MIMEBundle: Displayable {
    public var mimeBundle: MIMEBundle { self }
}

extension CustomStringConvertible where Self: Displayable {
    /// The plain text of the value's bundle, so that `print` and strings show what a cell's result shows.
    public var description: String { mimeBundle.plainText ?? "\(type(of: self))" }
}
