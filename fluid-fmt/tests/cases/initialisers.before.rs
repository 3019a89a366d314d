workers! {
    struct Made(db: Db) {
        a:A{db,size:8},
        wide: Wide { first_initialiser: compute(1), second_initialiser: compute(2), third: compute_it(3) },
        exact: Exact { first_initialiser: compute(1), second_initialiser: compute(2), third: 12345, x },
        one_more: Exact { first_initialiser: compute(1), second_initialiser: compute(2), third: 123, xy },
        block: Block { db, state: { let mut state=State::new( ); state.fill(); state } },
        closure: Closure { of: |a,b|a+b, with: move|x|{x}, last: &|x: Vec<(u8,u8)>| -> Result<u8,u16> { x.len() } },
        generic: Map<String,Vec<u8>> { of: Map::<String,Vec<u8>>::new(), cast: n as Map<A,B>, less: a<b, more: c>d, shift: 1<<2, },
        qualified: <A as B<C,D>>::E = <A as B<C,D>>::f(x),
        moved: Moved { move  db, other: move other, run: move||7 },
        half: Half { x: 1 +, y },
        rest: Rest { ..Default::default() },
        text: Text { raw: r#"
  kept { as, it } is"#, more: "a \
      b" },
        feed: Feed=Feed::open( db ),
        long: Feed = Feed::open_with_a_long_name(first_argument, second_argument, third_argument, fourth),
        pub ingress: Ingress<Order>,
        attributes: With { #[cfg(test)] a: 1, b: 2 },
        empty: Empty { },
        dynamic: Box<dyn Fn(u8)->Result<u8,()>+Send> = Box::new(|n|Ok(n)),
        raw: r#type::Match { r#in: r#as }
    }
}
