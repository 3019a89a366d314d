workers! { pub(crate)struct Relays<T:Clone+Send+'static=u8,const N:usize=1>(start:[T;N],with:dyn Fn(usize)->u8+Send){
    relay:Relay<T>{marker:std::marker::PhantomData},
} }

workers! {
    struct Blocking(back: Mutex<mpsc::Receiver<u64>>, forth: Mutex<mpsc::Sender<u64>>, met: AtomicBool) { a: A }
}

workers! {
    struct Reading<S>(source: S) where S: Source { read: Read<S> { source } }
}

workers! {
    struct Unbound<F: Fn()> where F: Send, { read: Read<F> }
}

workers! {
    struct Both<F: Fn(u8) -> u8>(
        // Where it comes from.
        source: Source, // or a file
        sink: Sink
    ) { read: Read<F> }
}

workers! { struct Pumping<T>(move  rx:Receiver<T>,seen:Fn(T) -> T,move   listener :  TcpListener, move mut_x: T) { pump: Pump{rx,listener} } }

workers! {
    struct Empty {
    }
}

workers! { struct Lossy() { pub pass: Pass } pass -> pass; }

workers! {
    struct /* odd */ Odd(a:A) { b:B }
    b=>_;
}
