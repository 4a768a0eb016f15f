/// A value that knows how it looks in a notebook.
///
/// A cell that ends in such a value shows its bundle; every bundle holds `text/plain`, since consoles show nothing else.
///
/// ```swift
/// extension Alpha: Displayable {
///     var mimeBundle: MIMEBundle { .plain("alpha = \(value)") }
/// }
/// ```
public protocol Displayable {
    /// The representations of this value.
    var mimeBundle: MIMEBundle { get }
}

extension MIMEBundle: Displayable {
    public var mimeBundle: MIMEBundle { self }
}
